"""Digital signatures: the vectors of RFC 9421 and of eBay's own verifier, and what is signed when."""

import base64

import pytest
import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from addons.marketplace.contract import AuthenticationFailed
from addons.marketplace_ebay.connector.signing import (
    MessageSigner,
    content_digest,
    load_private_key,
    signature_base,
    signature_params,
)
from tests.plain.ebay.ebay import CREDENTIALS, SIGNING_KEY
from tests.plain.ebay.notices import check_message_signature

PUBLIC_KEY = Ed25519PublicKey.from_public_bytes(base64.b64decode("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="))
PEM = f"-----BEGIN PRIVATE KEY-----\n{SIGNING_KEY}\n-----END PRIVATE KEY-----\n"
# Of the test key, from the description of eBay's signature verifier.
JWE = (
    "eyJ6aXAiOiJERUYiLCJlbmMiOiJBMjU2R0NNIiwidGFnIjoiSGdLcjNSSWFlZll0Mkd4blBUUTEwUSIsImFsZyI6IkEyNTZHQ01LVyIsIml2Ijoi"
    "QTVOQXFYUXlITkNIT01GVSJ9.z3JcS0vvxrYboqpySAq_Znww-3V6AllxmJP5JEMkuLY.K1f4MVMEc8ylbfSS.fASwJyMCk2tXZsNWk13IcuVgSW"
    "TOcynSdAoJrK4WApZANlxAP9J0qr0Jz_4aFldFDSZ5tfuxLGqzJmWU7CiZWwNjk2XoVy8q5ogMrFNFwFXP4SrX1XORhNLZPTyS5DEqLDPYn2NX94"
    "4xendEwfcxxXsTSeNCUnmSyfitiscUC04GYOfn0UWQ2buSWx7Yod0IR2GtTGUsM9o3J-riuNDKhw.rRsWM1Sl_2stTnZLJkWVmQ"
)


def prepared(method="POST", url="https://api.ebay.com/sell/fulfillment/v1/order/1/issue_refund?a=b", body=b'{"a": 1}'):
    return requests.Request(method, url, data=body).prepare()


def test_vector_b_2_6():
    """RFC 9421 B.2.6: signing a request with Ed25519."""
    covered = [
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("@method", "POST"),
        ("@path", "/foo"),
        ("@authority", "example.com"),
        ("content-type", "application/json"),
        ("content-length", "18"),
    ]
    params = signature_params([name for name, _ in covered], created=1618884473, keyid="test-key-ed25519")
    assert params == (
        '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473'
        ';keyid="test-key-ed25519"'
    )
    signature = load_private_key(PEM).sign(signature_base(covered, params))
    assert base64.b64encode(signature).decode() == (
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )


def test_digest_of_ebays_example():
    assert content_digest(b'{"hello": "world"}') == "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
    assert content_digest('{"hello": "world"}') == content_digest(b'{"hello": "world"}')


def test_signature_of_ebays_example():
    """The request with which eBay shows its verifier: the same key, moment and message give the same signature."""
    request = prepared(url="http://localhost:8080/verifysignature", body=b'{"hello": "world"}')
    signed = MessageSigner(SIGNING_KEY, JWE, lambda: 1659651955.9)(request)
    assert signed.headers["Signature-Input"] == (
        'sig1=("content-digest" "x-ebay-signature-key" "@method" "@path" "@authority");created=1659651955'
    )
    assert signed.headers["Signature"] == (
        "sig1=:uunxYrXKC8KaoupD5D1DKdmQmrOhz6b4Xbhb3o9d4x4xFIpg++XzEZztOyeOI59rMMjM3NIcFgxBH0c1ckpfBw==:"
    )


def test_what_is_signed():
    signer = MessageSigner(SIGNING_KEY, CREDENTIALS.signing_jwe, lambda: 1_780_000_000.0)
    request = signer(prepared())
    check_message_signature(request)
    assert request.headers["x-ebay-signature-key"] == CREDENTIALS.signing_jwe
    request.headers["content-digest"] = content_digest(b'{"a": 2}')
    with pytest.raises(InvalidSignature):
        check_message_signature(request)


def test_a_call_without_body_has_no_digest():
    request = MessageSigner(SIGNING_KEY, "j.w.e", lambda: 1.0)(prepared(body=None))
    assert (
        request.headers["Signature-Input"] == 'sig1=("x-ebay-signature-key" "@method" "@path" "@authority");created=1'
    )
    assert "content-digest" not in request.headers
    check_message_signature(request)


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://API.eBay.com:443/a%20b?c=d", "api.ebay.com", "/a%20b"),
        ("http://127.0.0.1:8070/ebay/x", "127.0.0.1:8070", "/ebay/x"),
        ("https://api.ebay.com", "api.ebay.com", "/"),
    ],
)
def test_derived_components(url, authority, path):
    """RFC 9421 §2.2: lower case, no default port, the path as it is sent."""
    request = MessageSigner(SIGNING_KEY, "j.w.e", lambda: 1.0)(prepared(url=url, body=None))
    params = request.headers["Signature-Input"].removeprefix("sig1=")
    covered = [("x-ebay-signature-key", "j.w.e"), ("@method", "POST"), ("@path", path), ("@authority", authority)]
    signature = base64.b64decode(request.headers["Signature"].removeprefix("sig1=:").removesuffix(":"))
    PUBLIC_KEY.verify(signature, signature_base(covered, params))


@pytest.mark.parametrize("key", ["", "not base64!", "bm8ga2V5", "-----BEGIN PRIVATE KEY-----\nbm8=\n"])
def test_a_key_that_is_none(key):
    with pytest.raises(AuthenticationFailed, match="signing key") as caught:
        load_private_key(key)
    assert not key or key not in str(caught.value)
