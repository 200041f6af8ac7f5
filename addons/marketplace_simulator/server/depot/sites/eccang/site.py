"""ECCANG's protocol: one SOAP operation that takes the name of a service and JSON, and answers JSON."""

import hmac
import json
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

from ....http import Answer, ApiError, Operation
from ...depot import Place
from ...site import DepotSite
from .services import SERVICES

APP_KEY = "SIMeccangkey0c0ffee00000000000042"
APP_TOKEN = "SIMeccangtoken0c0ffee000000000042"
PATH = "/default/svc/web-service"
ENVELOPE = ('<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope '
            'xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ns1="http://www.example.org/Ec/">'
            "<SOAP-ENV:Body><ns1:callServiceResponse><response>{}</response></ns1:callServiceResponse>"
            "</SOAP-ENV:Body></SOAP-ENV:Envelope>")


def serve(call):
    """Answer the service that the envelope names."""
    if call.name not in SERVICES:
        raise ApiError(400, "404", f"service {call.name} 不存在")
    return SERVICES[call.name](call, json.loads(_part(call, "paramsJson")))


def _part(call, name):
    """Return a text of the envelope; callers are this machine's, so that a plain parser does."""
    if "envelope" not in call.claims:
        try:
            call.claims["envelope"] = ElementTree.fromstring(call.request.get_data())
        except ElementTree.ParseError as error:
            raise ApiError(400, "400", "the envelope is not XML") from error
    return call.claims["envelope"].findtext(f".//{name}") or ""


class EccangSite(DepotSite):
    """The web service."""

    places = (Place("DE1", "Hamburg", "DE", "EUR"), Place("US1", "Los Angeles", "US", "USD"))
    services = {"DHL": "DHL parcel", "UPS": "UPS parcel"}
    operations = (Operation("callService", "POST", PATH, serve, 0, 0),)

    def call_name(self, call):
        return _part(call, "service") or "callService"

    def authorise(self, call):
        """Key and token of the envelope."""
        given = (_part(call, "appKey"), _part(call, "appToken"))
        if not all(map(hmac.compare_digest, given, (APP_KEY, APP_TOKEN))):
            raise self.denied()

    def render_error(self, call, error):
        """An error in the body; what a seller did wrong has HTTP 200."""
        status = 200 if error.status in (400, 401, 409) else error.status
        stated = {"errCode": str(error.code), "errMessage": error.message}
        return Answer(status, {"ask": "Failure", "message": error.message, "Error": stated})

    def denied(self):
        return ApiError(401, "10001", "appToken or appKey is not valid")

    def expired(self):
        return ApiError(401, "10002", "appToken has expired")

    def refused(self, refusal):
        return ApiError(400, "30001", str(refusal))

    def _render(self, call, answer):
        """Put the JSON, whole or broken off, into an envelope."""
        text = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body, ensure_ascii=False).encode()
        data = ENVELOPE.format(escape(text.decode(errors="ignore"))).encode()
        return Response(data, answer.status, answer.headers, content_type="text/xml; charset=utf-8")


def credentials(site):
    """Address, key and token, and the warehouses that the operator names in its contract."""
    return {"url": site.url + PATH, "app_key": APP_KEY, "app_token": APP_TOKEN,
            "warehouses": [[place.code, place.name, place.country] for place in site.places]}
