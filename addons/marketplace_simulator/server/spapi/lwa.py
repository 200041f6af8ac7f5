"""Login with Amazon: ``POST /auth/o2/token`` for the grants refresh_token and client_credentials.

Answers and errors have the shapes of OAuth 2.0 (RFC 6749, section 5), as Login with Amazon uses them.
"""

from .accounts import CLIENT_ID, CLIENT_SECRET, TOKEN_LIFE, access_token, refresh_token

SCOPES = ("sellingpartnerapi::notifications", "sellingpartnerapi::migration",
          "sellingpartnerapi::client_credential:rotation")


def token(site, request):
    """Return ``(status, body)`` of a token request, whose parameters come as form or JSON."""
    form = request.get_json(silent=True) if request.is_json else request.form
    form = form or {}
    if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
        return _error(401, "invalid_client", "Client authentication failed")
    grant = form.get("grant_type")
    if grant == "refresh_token":
        return _refresh(site, form)
    if grant == "client_credentials":
        if form.get("scope") not in SCOPES:
            return _error(400, "invalid_scope", "The requested scope is invalid, unknown, malformed, or exceeds the "
                                                "scope granted by the resource owner")
        return 200, {"access_token": access_token(site.signer, site.world.clock.now()), "token_type": "bearer",
                     "expires_in": TOKEN_LIFE, "scope": form["scope"]}
    return _error(400, "unsupported_grant_type", "The authorization grant type is not supported by the server")


def _refresh(site, form):
    given = form.get("refresh_token")
    if not given:
        return _error(400, "invalid_request", "The request is missing a required parameter : refresh_token")
    now = site.world.clock.now()
    for region in site.world.regions:
        if given == refresh_token(region):
            return 200, {"access_token": access_token(site.signer, now, region), "refresh_token": given,
                         "token_type": "bearer", "expires_in": TOKEN_LIFE}
    return _error(400, "invalid_grant", "The request has an invalid grant parameter : refresh_token")


def _error(status, code, description):
    return status, {"error": code, "error_description": description}
