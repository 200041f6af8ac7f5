"""The envelope: ``callService(paramsJson, appToken, appKey, service)``, answered by JSON text in ``response``."""

import json

from lxml import etree

from ...marketplace.contract import Unavailable

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SERVICE = "http://www.example.org/Ec/"


def build(service, params, app_key, app_token):
    """Bytes of a request."""
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"SOAP-ENV": SOAP, "ns1": SERVICE})
    call = etree.SubElement(etree.SubElement(envelope, f"{{{SOAP}}}Body"), f"{{{SERVICE}}}callService")
    values = {"paramsJson": json.dumps(params), "appToken": app_token, "appKey": app_key, "service": service}
    for name, value in values.items():
        etree.SubElement(call, name).text = value
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def read(service, content):
    """The JSON object of an answer; fractions stay text, every digit kept.

    :raise Unavailable: no envelope, or one without JSON: seen where an answer broke off
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        found = etree.fromstring(content or b"", parser).findtext(".//{*}response")
        body = json.loads(found or "", parse_float=str)
    except (etree.XMLSyntaxError, ValueError):
        raise Unavailable(f"{service}: the answer is not whole") from None
    if not isinstance(body, dict):
        raise Unavailable(f"{service}: the answer is no object")
    return body
