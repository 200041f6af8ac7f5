"""The page on which a seller grants access, and the way back with a code (RFC 6749, section 4.1)."""

from html import escape
from urllib.parse import urlencode, urlsplit

from ..http import Answer, bad_input

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{question}</p>
<form method="get">{fields}
<button type="submit" name="decision" value="approve">Approve</button>
<button type="submit" name="decision" value="decline">Decline</button>
</form></body></html>"""


def consent(call, redirect_uri, approved, declined=None, title="Grant access", question="Let this application in?"):
    """Show the page, and once the seller has decided send the browser back to ``redirect_uri``.

    :param approved: function that returns the query parameters of the way back after a yes: code, state …
    :param declined: query parameters after a no; by default ``error=access_denied``
    :return: :class:`..http.Answer`
    :raise ApiError: 400 if the address to go back to is none
    """
    if urlsplit(redirect_uri or "").scheme not in ("http", "https"):
        raise bad_input("The redirect address is missing or no web address.")
    decision = call.request.values.get("decision")
    if decision == "approve":
        return back(redirect_uri, approved())
    if decision == "decline":
        return back(redirect_uri, declined or {"error": "access_denied"})
    fields = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
                     for name, value in call.request.args.items(multi=True))
    page = PAGE.format(title=escape(title), question=escape(question), fields=fields)
    return Answer(200, page.encode(), content_type="text/html; charset=utf-8")


def back(redirect_uri, params):
    """Return the redirection to an address with query parameters; empty ones are left out."""
    query = urlencode({name: value for name, value in params.items() if value})
    return Answer(302, b"", {"Location": f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{query}"}, "text/html")
