"""What the kits of marketplaces and of overseas warehouses share."""

import logging

import pytest

from ..contract import AuthenticationFailed, RateLimited, Rejected, Unavailable

#: Failures of every call, and what they mean to the caller.
FAILURES = {
    "rate limited": RateLimited,
    "server error": Unavailable,  # every attempt ends in 5xx
    "no connection": Unavailable,
    "truncated": Unavailable,  # every answer breaks off in the middle
    "bad credentials": AuthenticationFailed,
    "bad request": Rejected,
}


class Kit:
    """Hooks of both kits; no log of a test may tell a secret."""

    def secrets(self):
        """Texts that must never be told: keys, tokens, buyers' data in failures."""
        raise missing("secrets()", "keys, tokens and buyers' data that no log and no error may hold")

    def waited(self):
        """Seconds that connectors of this test have slept in all, by the injected sleep."""
        raise missing("waited()", "the sum of what the injected sleep was asked to wait")

    @pytest.fixture(autouse=True)
    def _logs_without_secrets(self, caplog):
        caplog.set_level(logging.DEBUG)
        yield
        told = "\n".join(caplog.handler.format(record) for record in caplog.get_records("call"))
        assert not secrets_in(self, told)


# Functions instead of methods, so that no name of an author's own helper can get in the way.


def secrets_in(kit, text):
    """Which of the secrets a text tells."""
    return [secret for secret in kit.secrets() if secret in text]


def missing(hook, what):
    """The error of a hook that an author has not filled in."""
    return NotImplementedError(f"fill in {hook}: {what}")
