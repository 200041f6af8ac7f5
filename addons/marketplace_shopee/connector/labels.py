"""Waybills of arranged packages. Sources: documents ``v2.logistics.get_shipping_document_parameter``,
``create_shipping_document``, ``get_shipping_document_result`` and ``download_shipping_document``."""

from dataclasses import replace
from io import BytesIO
from itertools import zip_longest

from pypdf import PdfWriter
from pypdf.errors import PyPdfError

from ...marketplace.contract import InvalidPayload, Label, NotReady, Rejected
from .packages import split_numbers

_BATCH = 50
_RETRY_AFTER = 5.0
_TYPE = "shipping_document_type"


def fetch_labels(api, parcels, handle=None):
    """Waybills as list of :class:`Label`, one per parcel; parcels that cannot be printed are missing from it.

    :param handle: ``{order and package: document type}`` of waybills that were ordered before
    :raise NotReady: Shopee still prints
    """
    packages = {parcel.reference: _packages(parcel) for parcel in parcels}
    wanted = [package for mine in packages.values() for package in mine]
    if handle is None:
        handle = {}
        for shop_id, batch in _batches(wanted):
            types = _document_types(api, shop_id, batch)
            handle |= _create(api, shop_id, batch, types)
    ready = set()
    for shop_id, batch in _batches([package for package in wanted if _key(package) in handle]):
        ready |= _ready(api, shop_id, batch, handle)
    return [
        _label(reference, [_download(api, package, handle[_key(package)]) for package in mine])
        for reference, mine in packages.items()
        if ready.issuperset(map(_key, mine))
    ]


def _packages(parcel):
    """The packages of a parcel, each as a parcel of its own."""
    numbers = split_numbers(parcel.package_id)
    if len(numbers) == 1:
        return [parcel]
    pairs = zip_longest(numbers, split_numbers(parcel.tracking), fillvalue="")
    return [replace(parcel, package_id=number, tracking=tracking) for number, tracking in pairs]


def _batches(parcels):
    by_shop = {}
    for parcel in parcels:
        by_shop.setdefault(parcel.shop_id, []).append(parcel)
    for shop_id, mine in by_shop.items():
        for start in range(0, len(mine), _BATCH):
            yield shop_id, mine[start : start + _BATCH]


def _document_types(api, shop_id, parcels):
    """``{order and package: document type}`` as Shopee suggests."""
    payload = {"order_list": [_order(parcel) for parcel in parcels]}
    path = "logistics/get_shipping_document_parameter"
    results = _results(api.post("logistics.document_parameter", shop_id, path, payload, idempotent=True))
    return {
        key: result.text("suggest_shipping_document_type", required=True)
        for key, result in results.items()
        if not result.text("fail_error")
    }


def _create(api, shop_id, parcels, types):
    """Order the waybills; ``{order and package: document type}`` of those that will be printed."""
    printable = [parcel for parcel in parcels if _key(parcel) in types]
    if not printable:
        return {}
    orders = [_order(parcel) | {_TYPE: types[_key(parcel)]} | _tracking(parcel) for parcel in printable]
    path = "logistics/create_shipping_document"
    results = _results(api.post("logistics.document_create", shop_id, path, {"order_list": orders}, idempotent=True))
    failed = {key for key, result in results.items() if result.text("fail_error")}
    return {_key(parcel): types[_key(parcel)] for parcel in printable if _key(parcel) not in failed}


def _ready(api, shop_id, parcels, types):
    """``{order and package}`` of waybills that can be downloaded."""
    orders = [_order(parcel) | {_TYPE: types[_key(parcel)]} for parcel in parcels]
    path = "logistics/get_shipping_document_result"
    results = _results(api.post("logistics.document_result", shop_id, path, {"order_list": orders}, idempotent=True))
    statuses = {key: result.text("status") for key, result in results.items()}
    if "PROCESSING" in statuses.values():
        raise NotReady(types, _RETRY_AFTER)
    return {key for key, status in statuses.items() if status == "READY"}


def _download(api, parcel, document_type):
    payload = {_TYPE: document_type, "order_list": [_order(parcel)]}
    path = "logistics/download_shipping_document"
    content, content_type = api.download("logistics.document", parcel.shop_id, path, payload)
    if not content:
        raise Rejected(f"the waybill of {parcel.order_id} is empty", "empty")
    return content, content_type or "application/pdf"


def _label(reference, files):
    """One file with all waybills of a parcel."""
    if len(files) == 1:
        return Label(reference, *files[0])
    joined = PdfWriter()
    try:
        for content, _content_type in files:
            joined.append(BytesIO(content))
    except PyPdfError as error:
        raise InvalidPayload("logistics.document", f"waybills that cannot be put together: {error}") from error
    file = BytesIO()
    joined.write(file)
    return Label(reference, file.getvalue())


def _order(parcel):
    package = {"package_number": parcel.package_id} if parcel.package_id else {}
    return {"order_sn": parcel.order_id, **package}


def _tracking(parcel):
    return {"tracking_number": parcel.tracking} if parcel.tracking else {}


def _key(parcel):
    return f"{parcel.order_id}/{parcel.package_id}"


def _results(answer):
    """``{order and package: result}``"""
    results = answer.node("response", required=True).nodes("result_list", required=True)
    return {f"{result.text('order_sn', required=True)}/{result.text('package_number')}": result for result in results}
