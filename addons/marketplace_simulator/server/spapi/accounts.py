"""Training sellers and their access: fixed credentials, Login with Amazon tokens, marketplace codes."""

from ..http import ApiError

CLIENT_ID = "amzn1.application-oa2-client.training"
CLIENT_SECRET = "amzn1.oa2-cs.v1.training"
APPLICATION_ID = "amzn1.sp.solution.training"
TOKEN_LIFE = 3600

SELLERS = {"eu": {"id": "A1TRAININGEU", "store": "Crossborder Training EU", "aws_region": "eu-west-1"},
           "na": {"id": "A1TRAININGNA", "store": "Crossborder Training NA", "aws_region": "us-east-1"},
           "fe": {"id": "A1TRAININGFE", "store": "Crossborder Training FE", "aws_region": "us-west-2"}}

#: Marketplace id, domain and language by country.
MARKETPLACES = {
    "GB": ("A1F83G8C2ARO7P", "www.amazon.co.uk", "en_GB"), "DE": ("A1PA6795UKMFR9", "www.amazon.de", "de_DE"),
    "FR": ("A13V1IB3VIYZZH", "www.amazon.fr", "fr_FR"), "IT": ("APJ6JRA9NG5V4", "www.amazon.it", "it_IT"),
    "ES": ("A1RKKUPIHCS9HS", "www.amazon.es", "es_ES"), "NL": ("A1805IZSGTT6HS", "www.amazon.nl", "nl_NL"),
    "SE": ("A2NODRKZP88ZB9", "www.amazon.se", "sv_SE"), "PL": ("A1C3SOZRARQ6R3", "www.amazon.pl", "pl_PL"),
    "BE": ("AMEN7PMS3EDWL", "www.amazon.com.be", "fr_BE"), "US": ("ATVPDKIKX0DER", "www.amazon.com", "en_US"),
    "CA": ("A2EUQ1WTGCTBG2", "www.amazon.ca", "en_CA"), "JP": ("A1VC38T7YXB528", "www.amazon.co.jp", "ja_JP"),
}
CODES = {ids[0]: code for code, ids in MARKETPLACES.items()}


def refresh_token(region):
    """Return the fixed refresh token of a region's seller."""
    return f"Atzr|training-{region}"


def marketplace_id(code):
    """Return Amazon's id of a country's marketplace."""
    return MARKETPLACES[code][0]


def site_name(code):
    """Return the name that Amazon shows for a marketplace, as in ``Amazon.co.uk``."""
    return MARKETPLACES[code][1].replace("www.amazon", "Amazon")


def email(alias, code):
    """Return the anonymised address of a buyer."""
    return f"{alias}@marketplace.{MARKETPLACES[code][1].removeprefix('www.')}"


def queue_arn(region):
    """Return the message queue that is made for a region's seller."""
    return f"arn:aws:sqs:{SELLERS[region]['aws_region']}:444455556666:crossborder-{region}"


def access_token(signer, now, region=None, resources=None):
    """Return an access token of a seller, of the application (no region), or one for restricted resources."""
    token = {"region": region, "until": int(now.timestamp()) + TOKEN_LIFE, "resources": resources or []}
    return ("Atz.sprdt|" if resources else "Atza|") + signer.seal("access", token)


def read_token(signer, now, text):
    """Return what an access token grants.

    :raise ApiError: 403 if it is missing, unknown or expired
    """
    if not text:
        raise denied("Access token is missing in the request header.")
    token = signer.open("access", text.partition("|")[2])
    if token is None:
        raise denied("The access token you provided is revoked, malformed or invalid.")
    if token["until"] < now.timestamp():
        raise expired()
    return token


def denied(details=""):
    """Return the error of a caller who may not do this."""
    return ApiError(403, "Unauthorized", "Access to requested resource is denied.", details)


def expired():
    """Return the error of a token that was valid once."""
    return denied("The access token you provided has expired.")
