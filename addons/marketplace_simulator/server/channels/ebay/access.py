"""Who may do what: OAuth tokens, and the digital signatures of calls that move money.

Signatures are verified by RFC 9421 from what is on the wire. Error ids are eBay's: 215001 and following are missing
headers, 215120 and following are signatures that do not fit, all of them 403.
"""

import base64
import hashlib
import re
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from ...http import Answer, ApiError
from ..oauth import consent

CLIENT_ID = "Crossbor-training-SBX-1"
CLIENT_SECRET = "SBX-training-secret-of-ebay"
#: The simulator has no page on which to register a redirect address under a name: the address is its own name.
SELLER, APPLICATION = "ebay", "ebay-application"
SELLER_ID = "crossborder_training"
USER_ID = "TrAiNiNgSeLlEr"
ACCESS_LIFE, REFRESH_LIFE = 7200, 47_304_000
KEY_LIFE = 3 * 365 * 86_400
KEYS = "ebay.signing_key"
CREATED_WITHIN = 900
REQUIRED = ("x-ebay-signature-key", "@method", "@path", "@authority")


def credentials(site):
    """Return what an account needs to connect: the keyset, a signing key, and where the seller sells."""
    private, jwe = training_key()
    return {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "signing_key": private, "signing_jwe": jwe,
            "marketplaces": [market.code for market in site.channel.markets],
            "refresh_token": site.tokens.refresh(SELLER)}


# --- tokens ---

def authorize(call):
    """The page on which the seller lets the software in."""
    args = call.request.args
    if args.get("client_id") != CLIENT_ID or args.get("response_type") != "code":
        raise ApiError(400, "unauthorized_client", "The OAuth client was not found.")
    address, state = args.get("redirect_uri", ""), args.get("state", "")

    def approved():
        return {"code": call.site.tokens.code(SELLER, address), "expires_in": "299", "state": state}

    return consent(call, address, approved, {"error": "access_denied", "state": state}, "eBay (training)")


def token(call):
    """Tokens of the seller for a code or a refresh token, which serves again and again, or of the application."""
    basic = call.request.authorization
    if not basic or (basic.username, basic.password) != (CLIENT_ID, CLIENT_SECRET):
        raise ApiError(401, "invalid_client", "client authentication failed")
    form, tokens = call.request.form, call.site.tokens
    if form.get("grant_type") == "client_credentials":
        access, seconds = tokens.access(APPLICATION, ACCESS_LIFE)
        return {"access_token": access, "expires_in": seconds, "token_type": "Application Access Token"}
    fresh = {}
    if form.get("grant_type") == "authorization_code":
        claims = tokens.redeem_code(form.get("code"), form.get("redirect_uri"))
        if claims:
            fresh = {"refresh_token": tokens.refresh(SELLER), "refresh_token_expires_in": REFRESH_LIFE}
    else:
        claims = tokens.redeem(form.get("refresh_token"), single_use=False)
    if claims is None:
        raise ApiError(400, "invalid_grant", "the provided authorization grant is invalid or was revoked")
    access, seconds = tokens.access(SELLER, ACCESS_LIFE)
    return {"access_token": access, "expires_in": seconds, "token_type": "User Access Token", **fresh}


def claims_of(call):
    """Claims of a request's token; the Post-Order API has a scheme of its own.

    :raise ApiError: it is missing, wrong, or the application's where the seller's is needed
    """
    scheme = "IAF " if "/post-order/" in call.request.path else "Bearer "
    header = call.request.headers.get("Authorization", "")
    if not header.startswith(scheme):
        raise call.site.denied()
    claims = call.site.tokens.claims(header.removeprefix(scheme))
    if call.operation.access == "seller" and claims["subject"] != SELLER:
        raise ApiError(403, "1100", "Access denied: insufficient permissions to fulfill the request.")
    return claims


def get_user(call):
    """Who the token belongs to."""
    return {"userId": USER_ID, "username": SELLER_ID, "accountType": "BUSINESS", "status": "CONFIRMED",
            "registrationMarketplaceId": call.site.channel.markets[0].code}


# --- digital signatures ---

def training_key():
    """Return ``(private key, JWE)`` of the training seller, always the same."""
    return _described(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"ebay training signing key").digest()))


def create_signing_key(call):
    """A new key pair, of which only the public half is kept."""
    if call.body().get("signingKeyCipher") != "ED25519":
        raise ApiError(400, "210003", "Only ED25519 keys are made here.")
    key = Ed25519PrivateKey.generate()
    private, jwe = _described(key)
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    now, key_id = int(call.world.clock.now().timestamp()), jwe[-12:]
    call.store.put_document(KEYS, jwe, SELLER, "", {"public": public})
    return {"signingKeyId": key_id, "signingKeyCipher": "ED25519", "privateKey": private, "publicKey": public,
            "jwe": jwe, "creationTime": now, "expirationTime": now + KEY_LIFE}


def check_signature(call):
    """Refuse a call of a British or European seller that is not signed rightly.

    :raise ApiError: 403
    """
    request, headers = call.request, call.request.headers
    for number, name in enumerate(("x-ebay-signature-key", "Signature-Input", "Signature"), 1):
        if name not in headers:
            raise _refused(215000 + number, f"Missing {name} header")
    parsed = re.fullmatch(r'sig1=\(((?:"[^"]+" ?)*)\)((?:;[a-z]+=[^;]+)*)', headers["Signature-Input"])
    signature = re.fullmatch(r"sig1=:([A-Za-z0-9+/=]+):", headers["Signature"])
    if not parsed or not signature:
        raise _refused(215104, "Signature-Input or Signature cannot be read")
    names, params = parsed[1].replace('"', "").split(), parsed[2]
    body = request.get_data()
    wanted = ("content-digest", *REQUIRED) if body else REQUIRED
    if not set(wanted) <= set(names):
        raise _refused(215105, "Signature-Input does not cover what it must")
    if body and headers.get("Content-Digest") != _digest(body):
        raise _refused(215106, "Content-Digest does not fit the body")
    created = re.search(r";created=(\d+)", params)
    if not created or abs(int(created[1]) - time.time()) > CREATED_WITHIN:
        raise _refused(215121, "The signature is too old or from the future")
    derived = {"@method": request.method, "@path": request.path, "@authority": request.host.lower()}
    lines = [f'"{name}": {derived.get(name) or headers.get(name, "")}' for name in names]
    base = "\n".join([*lines, f'"@signature-params": ({parsed[1]}){params}']).encode()
    try:
        _public_key(call, headers["x-ebay-signature-key"]).verify(base64.b64decode(signature[1]), base)
    except (InvalidSignature, ValueError):
        raise _refused(215120, "Signature validation failed") from None


def _public_key(call, jwe):
    private, training_jwe = training_key()
    if jwe == training_jwe:
        return load_der_private_key(base64.b64decode(private), None).public_key()
    kept = call.store.document(KEYS, jwe)
    if kept is None:
        raise _refused(215102, "x-ebay-signature-key is not known")
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(kept["public"]))


def _described(key):
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    parts = [hashlib.sha256(key.public_key().public_bytes_raw() + bytes([part])).digest() for part in range(5)]
    jwe = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    return base64.b64encode(private).decode(), jwe


def _digest(body):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def _refused(error_id, message):
    return ApiError(403, str(error_id), message)


def created(location):
    """Return the answer to something that was made: where it is, nothing else."""
    return Answer(201, {}, {"Location": location})
