"""Access tokens that expire, shared by all processes that use the same authorisation."""

import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from ..contract import AuthenticationFailed
from .redaction import remember_secret

# A token is replaced this many seconds before it ends, so that none ends on the way.
MARGIN = 120


@dataclass(frozen=True)
class Tokens:
    """What an authorisation consists of at one time.

    :param float access_ends_at: epoch seconds; ``None``: it does not end
    :param str refresh: gets the next access token; single use at some marketplaces
    :param refresh_ends_at: epoch seconds, ``None`` if not known
    :param dict details: plain JSON that belongs to the authorisation: shop ids, ciphers, scopes
    """

    access: str = field(repr=False)
    access_ends_at: float | None = None
    refresh: str = field(default="", repr=False)
    refresh_ends_at: float | None = None
    details: dict = field(default_factory=dict)


class TokenStore(ABC):
    """Keeps the tokens of one authorisation. They are secrets."""

    @abstractmethod
    def load(self):
        """:class:`Tokens`, or ``None`` before the first authorisation."""

    @abstractmethod
    def replace(self, seen, renew):
        """Replace the tokens once, however many processes want to.

        Lock the authorisation; if its tokens are not ``seen`` any more, return those that are there. Else call
        ``renew(tokens)`` and keep what it returns *durably before anybody can use it*: a single-use refresh token
        must survive the death of this process at any instant after the marketplace's answer.

        :param seen: the :class:`Tokens` that are to be replaced, or ``None``
        :param renew: ``Tokens | None -> Tokens``; calls the marketplace
        :return: the valid :class:`Tokens`
        """


class MemoryTokenStore(TokenStore):
    """Tokens of one process, for scripts and tests.

    :param Tokens tokens: to start with
    """

    def __init__(self, tokens=None):
        self._tokens = tokens
        self._lock = threading.Lock()

    def load(self):
        return self._tokens

    def replace(self, seen, renew):
        with self._lock:
            if self._tokens == seen:
                self._tokens = renew(seen)
            return self._tokens


class TokenAuth:
    """Signs calls with an access token, and renews it in time; the ``auth`` of :class:`~.client.HttpClient`.

    :param TokenStore store: where the tokens are
    :param renew: ``Tokens | None -> Tokens``: asks the marketplace for new ones. ``None`` comes in before the first
        authorisation; raise :class:`~..contract.AuthenticationFailed` when there is nothing to renew
    :param sign: ``(prepared request, Tokens) -> prepared request``
    :param clock: returns epoch seconds
    :param is_expiry: ``failure -> bool``: whether a refusal is about the token; by default every 401 and 403 is
    """

    def __init__(self, store, renew, sign, clock, is_expiry=None):
        self._store, self._renew, self._sign, self._clock = store, renew, sign, clock
        self._is_expiry = is_expiry or (lambda failure: True)

    def __call__(self, prepared):
        return self._sign(prepared, self.tokens())

    def ready(self):
        """Get valid tokens before the call: what goes wrong here is no failure of the call, to be retried."""
        self.tokens()

    def tokens(self):
        """Tokens that are valid for the next call.

        :raise AuthenticationFailed: there are none, and none can be had without the seller
        """
        tokens = self._store.load()
        if tokens is None or self._is_ending(tokens):
            tokens = self._replace(tokens)
        remember_secret(tokens.access)
        return tokens

    def renew(self, failure):
        """Replace tokens that the marketplace no longer takes; false if the refusal was about something else."""
        if not self._is_expiry(failure):
            return False
        self._replace(self._store.load())
        return True

    def _is_ending(self, tokens):
        return tokens.access_ends_at is not None and tokens.access_ends_at - MARGIN <= self._clock()

    def _replace(self, seen):
        def renew(tokens):
            new = self._renew(tokens)
            for secret in (new.access, new.refresh):
                remember_secret(secret)
            return new

        tokens = self._store.replace(seen, renew)
        if tokens is None:
            raise AuthenticationFailed("the account is not connected yet")
        return tokens
