"""What sellers' software proves itself with: access tokens that end, refresh tokens that may serve once, codes.

A *subject* is whoever granted access, e.g. the name of an outlet. Access tokens and codes are sealed texts; refresh
tokens are stored, so that a used or revoked one is worth nothing, also after a restart.
"""

import base64
import hashlib
import hmac
import uuid

from ..clock import to_text

#: However fast time passes here, an access token lives this many real seconds: clients renew a few minutes early.
LEAST_LIFE = 600
CODE_LIFE = 600


class Tokens:
    """The tokens of one channel.

    :param site: its :class:`.site.ChannelSite`
    """

    def __init__(self, site):
        self._site, self._store, self._kind = site, site.world.store, f"refresh:{site.name}"

    def access(self, subject, life, **claims):
        """Return ``(access token, its real seconds)``.

        :param life: seconds as the platform has it; fewer where time passes faster
        :param claims: what else the token says, JSON
        """
        seconds = max(min(life, LEAST_LIFE), int(life / self._site.world.clock.speed))
        until = self._now() + seconds
        value = {**claims, "subject": subject, "until": until, "grant": self._grant(subject)}
        return self._seal("access", value), seconds

    def claims(self, text):
        """Return the claims of an access token, among them ``subject``.

        :raise ApiError: the site's ``denied`` if it is missing, unknown or revoked, ``expired`` if it has ended
        """
        token = self._open("access", text or "")
        if token is None or token["grant"] != self._grant(token["subject"]):
            raise self._site.denied()
        if token["until"] <= self._now():
            raise self._site.expired()
        return token

    def refresh(self, subject, **claims):
        """Return a new refresh token."""
        key = uuid.uuid4().hex
        self._store.put_document(self._kind, key, subject, to_text(self._site.world.clock.now()),
                                 {**claims, "subject": subject})
        return self._seal("refresh", key)

    def redeem(self, text, single_use=True):
        """Return the claims of a refresh token, ``None`` if it is unknown, used or revoked. It serves once."""
        key = self._open("refresh", text or "")
        with self._store.transaction():
            claims = self._store.document(self._kind, key) if key else None
            if claims and single_use:
                self._store.delete_document(self._kind, key)
        return claims

    def revoke(self, subject):
        """Take access back: every token of a subject is worth nothing any more."""
        with self._store.transaction():
            self._store.count(f"grants:{self._site.name}.{subject}")
            self._store.run("DELETE FROM document WHERE kind = ? AND region = ?", self._kind, subject)

    def code(self, subject, redirect_uri, challenge="", **claims):
        """Return an authorisation code (RFC 6749), bound to the redirect address and the PKCE challenge if any."""
        value = {**claims, "subject": subject, "redirect_uri": redirect_uri, "challenge": challenge,
                 "until": self._now() + CODE_LIFE, "nonce": uuid.uuid4().hex, "grant": self._grant(subject)}
        return self._seal("code", value)

    def redeem_code(self, text, redirect_uri=None, verifier=""):
        """Return the claims of a code, ``None`` unless it is valid, new, and fits address and verifier.

        :param redirect_uri: ``None`` where the platform does not ask for it again
        """
        claims = self._open("code", text or "")
        if (claims is None or claims["until"] <= self._now() or claims["grant"] != self._grant(claims["subject"])
                or redirect_uri not in (None, claims["redirect_uri"])
                or (claims["challenge"] and not hmac.compare_digest(s256(verifier), claims["challenge"]))):
            return None
        used = self._store.count(f"codes:{self._site.name}.{claims['nonce']}")
        return claims if used == 1 else None

    def _grant(self, subject):
        return self._store.counter(f"grants:{self._site.name}.{subject}")

    def _now(self):
        return self._site.world.clock.now().timestamp()

    def _seal(self, purpose, value):
        return self._site.signer.seal(f"{self._site.name}:{purpose}", value)

    def _open(self, purpose, text):
        return self._site.signer.open(f"{self._site.name}:{purpose}", text)


def s256(verifier):
    """Return the PKCE challenge of a verifier (RFC 7636, method S256)."""
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
