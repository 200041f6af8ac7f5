"""Every official sample of the operations that the connector calls is read, and nothing in it is lost unnoticed.

The documents stay beside the checkout; where they are absent these tests are skipped. "Not lost" is proved by changing
each value of a sample: what is read must change with it, unless the field is listed below as deliberately not read.
"""

import copy
import json
import re
from dataclasses import is_dataclass, replace
from decimal import Decimal

import pytest

from addons.marketplace.contract import ConnectorError, InvalidPayload
from addons.marketplace.transport import MemoryTokenStore
from addons.marketplace_shopee.connector import ShopeeConnector
from addons.marketplace_shopee.connector.errors import judge
from addons.marketplace_shopee.connector.fields import Node
from addons.marketplace_shopee.connector.listings import read_offer
from addons.marketplace_shopee.connector.order_view import parse_order
from addons.marketplace_shopee.connector.orders import OPTIONAL_FIELDS
from addons.marketplace_shopee.connector.returns import parse_return
from addons.marketplace_shopee.connector.shops import read_shop
from tests.plain.fake_http import FakeServer, answer, session_of
from tests.plain.shopee.documents import documents, samples
from tests.plain.shopee.samples import SHOP
from tests.plain.shopee.shopee import CREDENTIALS

pytestmark = pytest.mark.skipif(not documents(), reason="../shared/specs is not beside the checkout")

CALLED = (
    "auth/token/get", "auth/access_token/get", "shop/get_shop_info", "order/get_order_list", "order/get_order_detail",
    "payment/get_escrow_detail_batch", "payment/get_escrow_detail", "payment/get_escrow_list",
    "payment/get_payout_info", "payment/get_billing_transaction_info", "payment/get_wallet_transaction_list",
    "payment/get_income_detail", "order/cancel_order",
    "order/handle_buyer_cancellation", "order/split_order", "order/unsplit_order", "logistics/get_shipping_parameter",
    "logistics/ship_order", "logistics/get_tracking_number", "logistics/get_shipping_document_parameter",
    "logistics/create_shipping_document", "logistics/get_shipping_document_result",
    "logistics/download_shipping_document", "product/get_item_list", "product/get_item_base_info",
    "product/get_model_list", "product/update_stock", "returns/get_return_list", "returns/get_return_detail",
    "returns/confirm", "push/set_app_push_config", "push/get_app_push_config",
)  # fmt: skip

# Fields of samples that say nothing about goods, money or state that this suite books.
_ENVELOPE = {"error", "message", "warning", "request_id"}
_ORDER = {
    # what the buyer sees or Shopee computes for itself
    "image_url", "add_on_deal", "add_on_deal_id", "is_b2c_owned_item", "is_prescription_item", "main_item", "wholesale",
    "weight", "promotion_id", "promotion_type", "product_location_id", "item_sku", "model_original_price",
    "parcel_chargeable_weight_gram", "logistics_channel_id", "allow_self_design_awb", "sorting_group",
    "group_shipment_id", "days_to_ship", "goods_to_declare", "region", "estimated_shipping_fee", "note",
    "note_update_time", "payment_method", "pay_time", "pickup_done_time", "dropshipper",
    "dropshipper_phone", "invoice_data", "buyer_cancel_reason", "cancel_by", "cancel_reason", "buyer_cpf_id",
    # the seller's cost, settled later
    "actual_shipping_fee_confirmed", "reverse_shipping_fee",
    # where an order has one parcel only
    "order_item_id", "promotion_group_id",
    # one of its words matters, which the sample has not: fulfilled_by_shopee
    "fulfillment_flag",
}  # fmt: skip
_ESCROW = {
    # what Shopee keeps of, or adds to, the payout: a matter of the settlement
    "escrow_amount", "commission_fee", "service_fee", "seller_transaction_fee", "seller_lost_compensation",
    "seller_coin_cash_back", "escrow_tax", "estimated_shipping_fee", "final_shipping_fee", "actual_shipping_fee",
    "shipping_fee_sst", "order_chargeable_weight", "drc_adjustable_refund", "seller_return_refund", "campaign_fee",
    "reverse_shipping_fee", "reverse_shipping_fee_sst", "credit_card_transaction_fee", "final_product_vat_tax",
    "final_shipping_vat_tax", "rsf_seller_protection_fee_claim_amount", "shipping_seller_protection_fee_amount",
    "final_escrow_product_gst", "final_escrow_shipping_gst", "delivery_seller_protection_fee_premium_amount",
    "total_adjustment_amount", "escrow_amount_after_adjustment", "order_ams_commission_fee", "sales_tax_on_lvg",
    "final_return_to_seller_shipping_fee", "withholding_tax", "overseas_return_service_fee", "amount", "date",
    "fsf_seller_protection_fee_claim_amount", "vat_on_imported_goods", "withholding_vat_tax", "withholding_pit_tax",
    "seller_order_processing_fee", "fbs_fee", "net_commission_fee", "net_service_fee", "rule_id", "fee_amount",
    "rule_display_name", "category", "commission_fee_offset", "service_fee_offset", "th_import_duty",
    "ads_escrow_top_up_fee_or_technical_support_fee", "remaining_voucher", "adjustment_reason", "ams_commission_fee",
    "prorated_coins_value_offset_return_items", "prorated_shopee_voucher_offset_return_items",
    "prorated_seller_voucher_offset_return_items", "prorated_payment_channel_promo_bank_offset_return_items",
    "prorated_payment_channel_promo_shopee_offset_return_items", "prorated_pix_discount_offset_return_items",
    # of cross-border sellers, in their own currency
    "escrow_amount_pri", "buyer_total_amount_pri", "original_price_pri", "seller_return_refund_pri",
    "commission_fee_pri", "service_fee_pri", "drc_adjustable_refund_pri", "pri_currency", "aff_currency",
    "exchange_rate", "sip_subsidy", "sip_subsidy_pri", "currency",
    # sums of, or the same as, fields that are read
    "buyer_total_amount", "order_original_price", "original_price", "order_discounted_price", "order_selling_price",
    "order_seller_discount", "seller_discount", "shopee_discount", "voucher_from_seller", "voucher_from_shopee",
    "coins", "buyer_paid_shipping_fee", "buyer_transaction_fee", "cross_border_tax", "payment_promotion",
    "cost_of_goods_sold", "original_cost_of_goods_sold", "original_shopee_discount", "merchant_subtotal",
    "selling_price", "final_product_protection", "credit_card_promotion", "buyer_paid_packaging_fee", "bcrs_deposit",
    "seller_shipping_discount", "pix_discount", "discount_from_voucher_shopee", "discount_from_voucher_seller",
    "discount_from_coin",
    # names and flags
    "buyer_user_name", "seller_voucher_code", "item_name", "item_sku", "model_name", "model_sku", "activity_type",
    "activity_id", "is_main_item", "is_b2c_shop_item", "is_kit", "mt_item_id", "mt_model_id", "total_qty",
    "parent_item_price", "item_price_prorated", "promotion_type", "promotion_id", "buyer_payment_method",
    "instalment_plan", "payment_channel_name", "tax_registration_code", "is_paid_by_credit_card", "order_sn",
}  # fmt: skip
_SHOP = {
    "auth_time", "expire_time", "shop_fulfillment_flag", "is_cb", "is_upgraded_cbsc", "merchant_id", "is_sip",
    "is_main_shop", "is_direct_shop", "direct_shop_id", "direct_shop_region", "linked_main_shop_id",
}  # fmt: skip
_OFFER = {
    "category_id", "description", "create_time", "update_time", "attribute_id", "original_attribute_name",
    "is_mandatory", "value_id", "original_value_name", "value_unit", "original_price", "sip_item_price",
    "inflated_price_of_original_price", "inflated_price_of_current_price", "sip_item_price_source",
    "sip_item_price_currency", "weight", "package_length", "package_width", "package_height", "logistic_id",
    "logistic_name", "enabled", "shipping_fee", "size_id", "is_free", "estimated_shipping_fee", "is_pre_order",
    "days_to_ship", "min_count", "max_count", "unit_price", "inflated_price_of_unit_price", "condition", "size_chart",
    "deboost", "promotion_id", "video_url", "thumbnail_url", "duration", "brand_id", "original_brand_name",
    "item_dangerous", "warranty_time", "exclude_entrepreneur_warranty", "complaint_address_id",
    "additional_information", "ncm", "diff_state_cfop", "csosn", "origin", "cest", "measure_unit", "invoice_option",
    "vat_rate", "hs_code", "tax_code", "field_type", "text", "image_id", "image_url", "description_type",
    "image_id_list", "image_url_list", "total_reserved_stock", "if_saleable", "option", "name", "model_status",
    "variation_name", "variation_option_name", "has_model",
    # Shopee's own warehouse
    "stock", "location_id",
}  # fmt: skip
_RETURN = {
    "more", "dispute_reason", "dispute_text_reason", "amount_before_discount", "username", "email", "portrait", "image",
    "images", "name", "item_price", "is_add_on_deal", "is_main_item", "add_on_deal_id", "return_ship_due_date",
    "return_seller_due_date", "negotiation_status", "seller_proof_status", "seller_compensation_status",
    "return_refund_type", "is_seller_arrange", "is_shipping_proof_mandatory", "return_refund_request_type",
    "validation_type", "is_arrived_at_warehouse", "qty", "current_status", "resell_failed_next_step", "item_id",
    "model_id", "item_sku",
}  # fmt: skip


def read_sample(text):
    """A sample as JSON; some lack a comma, have one too many, or a brace."""
    text = re.sub(r"^\s*\{\s*\{", "{", text)
    text = re.sub(r'(["\d\]}el])[ \t]*\n(\s*")', r"\1,\n\2", text)
    text = re.sub(r",(\s*[}\]])", r"\1", text)
    if text.count("{") > text.count("}"):
        text += "}"
    return json.loads(text, parse_float=str)


def official(path):
    """Successful samples of an operation."""
    return [read_sample(text) for text in samples(f"/api/v2/{path}", "response_sample")]


def leaves(value, path=()):
    """Paths of the single values in a JSON value."""
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in leaves(item, (*path, key))]
    if isinstance(value, list) and value:
        return [found for index, item in enumerate(value) for found in leaves(item, (*path, index))]
    return [path] if value not in (None, [], {}) else []


def changed(value, path):
    """A copy with another value at one place."""
    value = copy.deepcopy(value)
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    old = holder[path[-1]]
    if isinstance(old, str):
        holder[path[-1]] = str(Decimal(old) / 2) if re.fullmatch(r"-?\d+\.\d+", old) else f"{old}x"
    else:
        holder[path[-1]] = not old if isinstance(old, bool) else old + 1
    return value


def value_at(value, path):
    """The value at a place."""
    for key in path:
        value = value[key]
    return value


def unread(sample, parse):
    """Names of the fields whose change goes unnoticed by ``parse``."""
    base, lost = _comparable(parse(sample)), set()
    for path in leaves(sample):
        if path[0] in _ENVELOPE or "**" in str(value_at(sample, path)):  # masked texts are not kept
            continue
        try:
            noticed = _comparable(parse(changed(sample, path))) != base
        except InvalidPayload:
            noticed = True
        if not noticed:
            lost.add(next(key for key in reversed(path) if isinstance(key, str)))
    return lost


def _comparable(record):
    """A record without its revision, which changes with everything."""
    return replace(record, revision="") if is_dataclass(record) and hasattr(record, "revision") else record


def read_orders(sample):
    return [_comparable(parse_order({"shop_id": SHOP, "order": row})) for row in sample["response"]["order_list"]]


def read_escrow(sample):
    """The escrow detail with an order of its items, at a total that leaves a rest."""
    detail = sample["response"]
    items = [
        {
            **{key: row[key] for key in ("item_id", "model_id", "item_name", "model_sku")},
            "model_quantity_purchased": 1,
        }
        for row in official("payment/get_escrow_detail")[0]["response"]["order_income"]["items"]
    ]
    order = {
        "order_sn": "220725D58XURJS", "order_status": "COMPLETED", "currency": "TWD", "create_time": 1,
        "update_time": 2, "total_amount": "99.5", "item_list": items,
    }  # fmt: skip
    return _comparable(parse_order({"shop_id": SHOP, "order": order, "escrow": detail}))


def read_items(sample):
    return [read_offer(SHOP, Node(row), None) for row in sample["response"]["item_list"]]


def read_models(sample):
    """Its models lack their number, which the table of the document has."""
    item = Node({"item_id": 178312, "item_name": "bag", "item_status": "NORMAL"})
    return [read_offer(SHOP, item, Node({"model_id": 2000458802, **row})) for row in sample["response"]["model"]]


def read_returns(sample):
    return [_comparable(parse_return({"shop_id": SHOP, "return": row})) for row in sample["response"]["return"]]


def read_shop_info(sample):
    return read_shop(SHOP, Node(sample))


def read_tokens(sample):
    """What a first authorisation keeps, or a renewed one."""
    server = FakeServer(handler=lambda _request: answer(json.dumps(sample).encode()))
    store = MemoryTokenStore()
    connector = ShopeeConnector(CREDENTIALS, session_of(server), token_store=store, clock=lambda: 1e9)
    connector.authorize({"code": "c", "shop_id": SHOP}, "", "")
    return store.load()


PARSED = {
    "shop/get_shop_info": (read_shop_info, _SHOP),
    "order/get_order_detail": (read_orders, _ORDER),
    "payment/get_escrow_detail": (read_escrow, _ESCROW),
    "product/get_item_base_info": (read_items, _OFFER),
    "product/get_model_list": (read_models, _OFFER),
    "returns/get_return_list": (read_returns, _RETURN),
    "auth/token/get": (read_tokens, {"partner_id", "shop_id"}),
    "auth/access_token/get": (read_tokens, {"partner_id", "shop_id"}),
}


@pytest.mark.parametrize("path", list(PARSED))
def test_nothing_of_a_sample_is_lost_unnoticed(path):
    parse, ignored = PARSED[path]
    found = official(path)
    assert found
    for sample in found:
        assert unread(sample, parse) - ignored == set()


def test_what_is_ignored_is_in_the_documents():
    """No list of ignored fields has names that no sample or table of its operation knows."""
    for path, (_parse, ignored) in PARSED.items():
        assert {name for name in ignored if f'"{name}' not in json.dumps(documents()[f"/api/v2/{path}"])} <= {
            "product/get_model_list": _OFFER,
            "product/get_item_base_info": _OFFER,
        }.get(path, set())


def test_optional_fields_are_those_that_the_document_lists():
    params = documents()["/api/v2/order/get_order_detail"]["params"]["request_params"]
    (listed,) = [param["description"] for param in params if param["name"] == "response_optional_fields"]
    available = set(re.split(r"[,\s]+", re.sub(r"<[^>]+>", " ", listed).partition("Available values:")[2]))
    assert set(OPTIONAL_FIELDS.split(",")) <= available


def test_every_sample_is_read(capsys):
    parsed = total = 0
    for path in CALLED:
        document = documents()[f"/api/v2/{path}"]
        for sample in official(path):
            total += 1
            parsed += _is_read(path, sample)
        for example in document["error_example"] or []:
            total += 1
            parsed += _is_typed(path, example["value"])
    with capsys.disabled():
        print(f"\nshopee: parsed {parsed} / total {total}")
    assert parsed == total > 35


def _is_read(path, sample):
    if path in PARSED:
        PARSED[path][0](sample)
    return judge(path, _Response(), sample, 0.0) is None


def _is_typed(path, example):
    """An error becomes one of ours; an example of a batch states its errors with its parts."""
    example = read_sample(example) if isinstance(example, str) else example
    failure = judge(path, _Response(), example, 0.0)
    if failure is not None:
        return isinstance(failure, ConnectorError)
    return "fail_error" in json.dumps(example)


class _Response:
    status_code = 200
    headers = {}
