"""Tokens that end, are renewed once, and are shared."""

import threading

import pytest

from addons.marketplace.contract import AuthenticationFailed
from addons.marketplace.transport import MemoryTokenStore, TokenAuth, Tokens


def make_auth(store, now=1000.0, renewed=None):
    calls = []

    def renew(tokens):
        calls.append(tokens)
        if tokens is None:
            raise AuthenticationFailed("not connected")
        return renewed or Tokens(f"access-{len(calls)}", now + 3600, f"refresh-{len(calls)}")

    auth = TokenAuth(store, renew, lambda prepared, tokens: (prepared, tokens.access), lambda: now)
    return auth, calls


def test_valid_tokens_are_used_and_not_renewed():
    auth, calls = make_auth(MemoryTokenStore(Tokens("valid", 5000.0, "r")))
    assert auth("request") == ("request", "valid")
    assert not calls


def test_tokens_without_end_are_used_for_ever():
    auth, calls = make_auth(MemoryTokenStore(Tokens("for ever")), now=9e9)
    assert auth("request") == ("request", "for ever")
    assert not calls


def test_tokens_are_renewed_before_they_end():
    store = MemoryTokenStore(Tokens("ending", 1060.0, "r"))
    auth, calls = make_auth(store)
    auth.ready()
    assert auth("request") == ("request", "access-1")
    assert [tokens.refresh for tokens in calls] == ["r"]
    assert store.load().refresh == "refresh-1"


def test_a_refused_token_is_replaced_once():
    auth, calls = make_auth(MemoryTokenStore(Tokens("revoked", 5000.0, "r")))
    assert auth.renew(AuthenticationFailed("expired"))
    assert len(calls) == 1


def test_tokens_that_another_renewed_are_taken_over():
    old, new = Tokens("old", 1.0, "r"), Tokens("new", 9000.0, "r2")
    store = MemoryTokenStore(new)
    assert store.replace(old, lambda tokens: pytest.fail("renewed twice")) == new


def test_many_threads_use_a_single_use_refresh_token_once():
    store = MemoryTokenStore(Tokens("ending", 1001.0, "single use"))
    auth, calls = make_auth(store)
    threads = [threading.Thread(target=auth.ready) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_an_account_that_was_never_connected_says_so():
    auth, _calls = make_auth(MemoryTokenStore())
    with pytest.raises(AuthenticationFailed):
        auth.ready()


def test_secrets_do_not_show():
    assert "top" not in repr(Tokens("top", 1.0, "top"))
