"""Tokens 2021-03-01: restricted data tokens (model ``tokens_2021-03-01.json``)."""

from ..http import ApiError, Operation
from . import accounts

METHODS = ("GET", "PUT", "POST", "DELETE")
MOST = 50


def create_restricted_data_token(call):
    """Return a token that also opens the personal data of the resources named."""
    resources = call.body().get("restrictedResources")
    if not isinstance(resources, list) or not 1 <= len(resources) <= MOST:
        raise _invalid("restrictedResources must hold 1 to 50 resources.")
    for resource in resources:
        if not isinstance(resource, dict) or resource.get("method") not in METHODS:
            raise _invalid("Resource not provided.")
        if not str(resource.get("path", "")).startswith("/"):
            raise _invalid("path must begin with a slash.")
    token = accounts.access_token(call.site.signer, call.world.clock.now(), call.region, resources)
    return {"restrictedDataToken": token, "expiresIn": accounts.TOKEN_LIFE}


def grants(call, element=None):
    """Whether the call's token opens this operation's personal data, of one data element if given."""
    paths = (call.operation.path, call.request.path)
    return any(resource["method"] == call.operation.method and resource["path"] in paths
               and (element is None or element in resource.get("dataElements", ())) for resource in call.resources)


def require(call):
    """Check that the token opens this operation.

    :raise ApiError: 403 for an ordinary access token
    """
    if not grants(call):
        raise accounts.denied()


def _invalid(details):
    return ApiError(400, "InvalidRequest", "Request is missing or has invalid parameters", details)


OPERATIONS = (
    Operation("createRestrictedDataToken", "POST", "/tokens/2021-03-01/restrictedDataToken",
              create_restricted_data_token, 1.0, 10),
)
