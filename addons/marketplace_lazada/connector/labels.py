"""Waybills of packed packages. Source: document ``/order/package/document/get``."""

import base64

from ...marketplace.contract import InvalidPayload, Label, Rejected

_PATH = "/order/package/document/get"


def fetch_labels(api, parcels):
    """Waybills as list of :class:`Label`; packages that cannot be printed are missing from it."""
    labels = []
    for parcel in parcels:
        try:
            labels.append(Label(parcel.reference, _fetch(api, parcel)))
        except Rejected:
            continue  # as the contract says: refused parcels are missing
    return labels


def _fetch(api, parcel):
    """The PDF of one package."""
    request = {"doc_type": "PDF", "packages": [{"package_id": parcel.package_id}]}
    answer = api.get("order.document", parcel.shop_id, _PATH, {"getDocumentReq": request})
    data = answer.node("result", required=True).node("data")
    text, url = data.text("file"), data.text("pdf_url")
    if text:
        try:
            return base64.b64decode(text, validate=True)
        except ValueError:
            raise InvalidPayload("order.document.result.data.file", "not base64") from None
    if url:
        return api.client.download("order.pdf", url).content
    raise Rejected(f"Lazada has no waybill of {parcel.package_id}", "document")
