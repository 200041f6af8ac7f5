"""Payouts, weeks and incomes: what adds up, what is refused, and that every word is known to the fee tree."""

import json
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from addons.marketplace.contract import InvalidPayload, Money, MoneyState, NotReady
from addons.marketplace_shopee.connector.fields import Node
from addons.marketplace_shopee.connector.income import AFFILIATE_FORMULA, BESIDES, FORMULA, read_income
from addons.marketplace_shopee.connector.settlements import parse_settlement
from addons.marketplace_shopee.connector.transactions import parse_transaction
from addons.marketplace_shopee.connector.weeks import week_of
from tests.plain.fee_words import kind_of
from tests.plain.shopee.documents import documents
from tests.plain.shopee.payments import (
    WEEK,
    adjustment,
    change,
    income,
    item_of,
    payout,
    payout_document,
    pending,
    transaction,
    week_document,
)
from tests.plain.shopee.samples import SHOP, at, exact
from tests.plain.shopee.shopee import Shopee
from tests.plain.shopee.test_official import official

official_only = pytest.mark.skipif(not documents(), reason="../shared/specs is not beside the checkout")


def release(order_sn="260528000001", amount=16.93, at=WEEK + 7_200):
    return {"order_sn": order_sn, "payout_amount": amount, "escrow_release_time": at}


def by_words(settlement):
    sums = {}
    for line in settlement.lines:
        sums[line.words] = sums.get(line.words, Decimal(0)) + line.amount.amount
    return sums


def released(detail, amount, currency="SGD"):
    """``{field: sum}`` of an order's income."""
    sums = {}
    for part in read_income(Node(exact(detail)), Money(Decimal(amount), currency, amount)):
        sums[part.field] = sums.get(part.field, Decimal(0)) + part.amount.amount
    return sums


# === AN ORDER'S INCOME === #


def test_each_item_bears_its_own_amounts():
    vouchers = [{"discount_from_voucher_seller": amount} for amount in (1.0, 0.5)]
    items = [item_of(12.0, **vouchers[0]), item_of(8.0, 2, units=2, **vouchers[1])]
    detail = income(items=items, voucher_from_seller=1.5)
    parts = read_income(Node(exact(detail)), Money(Decimal("15.43"), "SGD", ""))
    shown = [(part.field, str(part.amount.amount), part.sku, part.line_id, part.units) for part in parts[:2]]
    assert shown == [
        ("original_cost_of_goods_sold", "12.0", "SKU-1-BL", "1001-2001", 1),
        ("original_cost_of_goods_sold", "8.0", "SKU-2-BL", "1002-2002", 2),
    ]
    vouchers = [(part.sku, str(part.amount.amount)) for part in parts if part.field == "voucher_from_seller"]
    assert vouchers == [("SKU-1-BL", "-1.0"), ("SKU-2-BL", "-0.5")]


def test_items_that_state_something_else_share_nothing():
    parts = read_income(Node(exact(income(items=[item_of(19.0)]))), Money(Decimal("16.93"), "SGD", ""))
    assert [(part.sku, part.units) for part in parts if part.field == "original_cost_of_goods_sold"] == [("", 0)]


def test_lines_of_deals_are_not_guessed():
    detail = income(items=[item_of(20.0, activity_type="bundle_deal")])
    (goods, *_rest) = read_income(Node(exact(detail)), Money(Decimal("16.93"), "SGD", ""))
    assert (goods.sku, goods.line_id) == ("SKU-1-BL", "")


def test_a_refund_after_a_dispute_takes_the_place_of_the_refund():
    detail = income(seller_return_refund=-8.0, drc_adjustable_refund=5.0)
    assert released(detail, "11.93")["drc_adjustable_refund"] == -5
    assert "drc_adjustable_refund" not in released(detail, "8.93")


def test_corrections_count_where_they_were_released_too():
    correction = {"amount": -2.5, "date": WEEK, "currency": "SGD", "adjustment_reason": "logistic issue deduction"}
    detail = income()
    detail["order_income"]["order_adjustment"] = [correction]
    assert released(detail, "14.43")["order_adjustment"] == Decimal("-2.5")
    assert "order_adjustment" not in released(detail, "16.93")


def test_what_the_formula_does_not_mention_counts_where_it_is_missing():
    detail = income(seller_lost_compensation=4.0, final_escrow_shipping_gst=0.14)
    detail["order_income"]["escrow_amount"] = 20.93
    assert set(released(detail, "20.93")) - set(released(detail, "16.93")) == {"seller_lost_compensation"}
    both = released(detail, "20.79")
    assert (both["seller_lost_compensation"], both["final_escrow_shipping_gst"]) == (4, Decimal("-0.14"))


def test_affiliate_shops_are_paid_by_agreed_prices():
    stated = {
        "pri_currency": "CNY", "aff_currency": "SGD", "exchange_rate": 0.19, "escrow_amount_pri": 80.0,
        "original_price_pri": 100.0, "commission_fee_pri": 15.0, "service_fee_pri": 5.0, "escrow_amount": 15.2,
        "items": [item_of(20.0, original_price_pri=100.0)],
    }  # fmt: skip
    detail = {"order_sn": "1", "order_income": stated}
    agreed = {"original_price_pri": 100, "commission_fee_pri": -15, "service_fee_pri": -5}
    assert released(detail, "80", "CNY") == agreed
    converted = {field: str(amount) for field, amount in released(detail, "15.2").items()}
    assert converted == {"original_price_pri": "19.00", "commission_fee_pri": "-2.85", "service_fee_pri": "-0.95"}
    stated["service_fee_pri"] = 4.0
    with pytest.raises(InvalidPayload) as caught:
        released(detail, "80", "CNY")
    assert caught.value.path == "order_income.escrow_amount_pri"


def test_every_amount_of_the_formula_counts_with_its_sign():
    for field, sign in FORMULA:
        detail = {"order_sn": "1", "order_income": {field: 7.25, "items": []}}
        assert released(detail, str(sign * Decimal("7.25"))) == {field: sign * Decimal("7.25")}


@official_only
def test_the_formula_is_that_of_the_documents():
    """Their own typing errors: ``shopee_discounts``, ``order_ams_commission fee``."""
    stated = set()
    for name in ("get_escrow_detail", "get_escrow_detail_batch"):
        text = json.dumps(documents()[f"/api/v2/payment/{name}"])
        formula = text.partition("escrow_amount=")[2].partition("For cb sip affiliate shop")[0]
        plain = formula.partition("<")[0].replace("&nbsp;", "").replace("discounts", "discount")
        plain = plain.replace("commission fee", "commission_fee").replace(" ", "")
        words = plain.replace("-", "+-").split("+")
        stated |= {(word.lstrip("-"), -1 if word.startswith("-") else 1) for word in words if word}
    ours = {entry for entry in FORMULA if entry[0] != "shipping_fee_discount_from_pl"}  # the name in the batch's table
    assert stated == ours


@official_only
def test_the_sample_of_an_income_does_not_add_up_and_says_so():
    (sample,) = official("payment/get_escrow_detail")
    income_ = sample["response"]["order_income"] | {"pri_currency": ""}
    with pytest.raises(InvalidPayload) as caught:
        read_income(Node({"order_income": income_}), Money(Decimal(100), "TWD", "100"))
    assert caught.value.path == "order_income.escrow_amount"
    formula = sum(Decimal(str(income_.get(field, 0))) * sign for field, sign in FORMULA)
    income_["order_adjustment"] = []
    parts = read_income(Node({"order_income": income_}), Money(formula, "TWD", str(formula)))
    assert {part.field for part in parts} == {field for field, _sign in FORMULA if field in income_}


# === PAYOUTS === #


def test_a_payout_in_another_currency_keeps_the_amounts_before():
    stated = payout(2, 16.93, currency="USD", payout_amount=12.57, exchange_rate="0.742")
    settlement = parse_settlement(payout_document(stated, [transaction(16.93)], [income()]))
    assert sum(line.amount.amount for line in settlement.lines) == settlement.total.amount == Decimal("12.57")
    assert sum(line.original.amount for line in settlement.lines) == Decimal("16.93")
    assert {line.amount.currency for line in settlement.lines} == {"USD"}
    assert {line.original.currency for line in settlement.lines} == {"SGD"}
    assert settlement.reference == settlement.external_id and settlement.paid_at == at(-86_400)


def test_an_order_without_detail_is_one_line():
    settlement = parse_settlement(payout_document(payout(1, 16.93), [transaction(16.93)]))
    (line,) = settlement.lines
    assert (line.words, line.order_id) == (("ESCROW", "released_amount"), "260528000001")


@pytest.mark.parametrize(
    ("fields", "entry", "path"),
    [
        ({"payout_amount": 2.0}, adjustment(1.0), "payout.payout_amount"),
        ({"from_amount": 2.0}, adjustment(1.0), "payout.from_amount"),
        ({}, adjustment(1.0, currency="MYR"), "transactions[0].response.transactions[0].currency"),
        ({"from_amount": 0, "payout_currency": "USD"}, adjustment(0), "payout.exchange_rate"),
    ],
)
def test_a_payout_that_contradicts_itself_is_refused(fields, entry, path):
    with pytest.raises(InvalidPayload) as caught:
        parse_settlement(payout_document(payout(1, 1.0, **fields), [entry]))
    assert caught.value.path == path


@official_only
def test_the_samples_of_a_payout_are_read():
    (transactions,) = official("payment/get_billing_transaction_info")
    (payouts,) = official("payment/get_payout_info")
    read = 0
    for stated in payouts["response"]["payout_list"]:
        document = payout_document(stated, transactions["response"]["transactions"])
        if stated["payout_amount"] != "-594.78":
            with pytest.raises(InvalidPayload, match="add up to -594.78"):
                parse_settlement(document)
            continue
        settlement = parse_settlement(document)
        (line,) = settlement.lines
        assert line.words == ("ADJUSTMENT", "Refund Amount", "Return Refund After Order Completed")
        assert (line.order_id, line.note.partition(" ")[0]) == ("230712RFB30UES", "Deduction")
        assert settlement.external_id == "1037637926329180766"
        read += 1
    assert read == 1


@official_only
def test_the_sample_of_the_older_payout_detail_is_read():
    """It states what transactions state now; of the 591,797,912 it shows a few orders only."""
    (sample,) = official("payment/get_payout_detail")
    (stated,) = sample["response"]["payout_list"]
    entries = [
        transaction(row["escrow_amount"], row["order_sn"], currency=row["currency"]) for row in stated["escrow_list"]
    ]
    entries += [
        adjustment(row["adjustment_amount"], row["order_sn"], cost_header=row["module"], scenario=row["scenario"])
        | {"currency": "VND", "remark": row["remark"]}
        for row in stated["offline_adjustment_list"]
    ]
    whole = {**stated["payout_info"], "encrypted_payout_id": "1"}
    with pytest.raises(InvalidPayload, match="add up to 135003, not to 591797912"):
        parse_settlement(payout_document(whole, entries))
    settlement = parse_settlement(payout_document(whole | {"from_amount": 135003, "payout_amount": "5.86"}, entries))
    assert len(settlement.lines) == 8 and settlement.total.currency == "USD"
    assert sum(line.amount.amount for line in settlement.lines) == Decimal("5.86")
    assert all(kind_of("shopee", line.words) for line in settlement.lines)


# === WEEKS === #


def test_a_week_has_what_was_released_and_what_changed_the_wallet():
    wallet = [
        change(-4.5, "PAID_ADS_CHARGE"),
        change(3.25, "ADJUSTMENT_ADD", reason="lost parcel", order_sn="260528000009", refund_sn="R1"),
        change(16.93, "ESCROW_VERIFIED_ADD"),
        change(-500.0, "WITHDRAWAL_CREATED"),
        change(-9.0, "ADJUSTMENT_MINUS", status="FAILED"),
    ]
    settlement = parse_settlement(week_document([release()], wallet, [income()]))
    assert (settlement.external_id, settlement.total.amount) == (f"{SHOP}-2026-W21", Decimal("15.68"))
    sums = by_words(settlement)
    assert sum(sums.values()) == settlement.total.amount
    assert sums["WALLET", "PAID_ADS_CHARGE"] == Decimal("-4.5")
    assert sums["WALLET", "ADJUSTMENT_ADD"] == Decimal("3.25")
    assert len([words for words in sums if words[0] == "WALLET"]) == 2
    line = settlement.lines[-1]
    assert (line.order_id, line.reference, line.note) == ("260528000009", "R1", "lost parcel")
    assert (settlement.start.timestamp(), settlement.end.timestamp()) == (WEEK, WEEK + 7 * 86_400)


def test_unsigned_changes_go_the_way_that_is_stated():
    out, in_ = (change(4.5, money_flow="MONEY_OUT"), change(-1.0, money_flow="MONEY_IN"))
    assert parse_settlement(week_document(wallet=[out, in_])).total.amount == Decimal("-3.5")


def test_weeks_are_found_and_fetched():
    shopee = Shopee(escrows=[income()])
    shopee.releases, shopee.wallet = [release(), release("260528000002", -3.0)], [change(-4.5, "PAID_ADS_CHARGE")]
    connector = shopee.connect()
    page = connector.fetch_settlements([SHOP], at(-12 * 86_400))
    assert [ref.external_id for ref in page.refs] == [f"{SHOP}-2026-W21"] and page.complete_until
    settlement = connector.parse_settlement(connector.fetch_settlement(page.refs[0].handle))
    assert settlement.total.amount == Decimal("9.43")
    assert by_words(settlement)["ESCROW", "released_amount"] == -3


def test_weeks_without_money_are_passed_over():
    shopee = Shopee()
    shopee.releases = [release(at=WEEK - weeks * 7 * 86_400, order_sn=str(weeks)) for weeks in (1, 4, 5)]
    connector, found, token = shopee.connect(), [], ""
    while True:
        page = connector.fetch_settlements([SHOP], at(-60 * 86_400), token=token)
        found += [ref.external_id for ref in page.refs]
        token = page.next_token
        if not token:
            break
    assert found == [f"{SHOP}-2026-W{number}" for number in (16, 17, 20)]


def test_a_week_of_undecided_changes_waits():
    shopee = Shopee()
    shopee.wallet = [change(-4.5, status="PENDING")]
    connector = shopee.connect()
    (ref,) = connector.fetch_settlements([SHOP], at(-12 * 86_400)).refs
    with pytest.raises(NotReady):
        connector.fetch_settlement(ref.handle)
    with pytest.raises(InvalidPayload) as caught:
        parse_settlement(week_document(wallet=shopee.wallet))
    assert caught.value.path == "wallet[0].response.transaction_list[0].status"


def test_weeks_follow_the_clock_of_the_shop():
    sunday_night = datetime(2026, 5, 24, 23, 30, tzinfo=timezone.utc)
    assert week_of(sunday_night, "SG")[0] == "2026-W22"
    assert week_of(sunday_night, "BR")[0] == "2026-W21"
    assert week_of(datetime(2027, 1, 2, tzinfo=timezone.utc), "SG")[0] == "2026-W53"


# === INCOMES === #


def filed(entry, status=2, escrow=None, **fields):
    return exact(
        {"shop_id": SHOP, "region": "SG", "cross_border": False, "status": status, "income": entry, **fields}
        | ({"escrow": escrow} if escrow else {})
    )


def test_pending_income_is_deferred_with_its_amounts():
    parsed = parse_transaction(filed(pending(), escrow=income()))
    assert (parsed.state, parsed.state_text, parsed.matures_at) == (MoneyState.DEFERRED, "Pending", at(3 * 86_400))
    assert {line.words[1] for line in parsed.lines} >= {"commission_fee", "original_cost_of_goods_sold"}
    (line,) = parse_transaction(filed(pending(amount=17.0), escrow=income())).lines
    assert line.words == ("ESCROW", "released_amount")


def test_released_income_names_the_week_of_a_local_shop():
    entry = pending(released_amount=16.93, actual_payout_time=WEEK + 7_200)
    parsed = parse_transaction(filed(entry, 1))
    assert (parsed.state, parsed.settlement_id) == (MoneyState.RELEASED, f"{SHOP}-2026-W21")
    assert parse_transaction(filed(entry, 1, cross_border=True)).settlement_id == ""


def test_released_incomes_are_asked_for_by_ranges_of_days():
    shopee = Shopee()
    days = (1, 20, 39)
    shopee.incomes = [
        (1, pending(str(day), released_amount=1.5, actual_payout_time=int(at(-day * 86_400).timestamp())))
        for day in days
    ]
    connector, found, token = shopee.connect(), [], ""
    while True:
        page = connector.fetch_transactions([SHOP], at(-40 * 86_400), token=token)
        found += [record.external_id for record in page.records]
        token = page.next_token
        if not token:
            break
    assert sorted(found, key=int) == [str(day) for day in days]
    assert page.complete_until == at(-30)


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        (filed(pending(), 9), "status"),
        (filed(pending(estimated_escrow_amount=None)), "income.estimated_escrow_amount"),
        (filed(pending(order_sn="")), "income.order_sn"),
        (filed(pending(), region="XX"), "region"),
    ],
)
def test_what_cannot_be_read_is_refused(payload, path):
    with pytest.raises(InvalidPayload) as caught:
        parse_transaction(payload)
    assert caught.value.path == path


@official_only
def test_the_samples_of_incomes_are_read():
    (sample,) = official("payment/get_income_detail")
    read = [parse_transaction(filed(entry, 1, region="ID")) for entry in sample["income_detail_list"]["list"]]
    assert len(read) == 10 and {parsed.total.currency for parsed in read} == {"IDR"}
    assert read[0].settlement_id == f"{SHOP}-2025-W45" and read[0].total.amount == 19246


# === WORDS === #


def test_every_word_has_a_kind():
    fields = [field for field, _sign in (*FORMULA, *BESIDES, *AFFILIATE_FORMULA)]
    words = [("ESCROW", field) for field in (*fields, "drc_adjustable_refund", "order_adjustment", "released_amount")]
    words += [("ADJUSTMENT", header) for header in ("Refund Amount", "Commission Fee", "Adjustment")]
    words += [("ADJUSTMENT", "Refund Amount", "Return Refund After Order Completed")]
    assert [pieces for pieces in words if not kind_of("shopee", pieces)] == []


@official_only
def test_every_change_of_the_wallet_has_a_kind():
    """Whatever type the document lists and no rule leaves out is known to the fee tree."""
    params = documents()["/api/v2/payment/get_wallet_transaction_list"]["params"]["request_params"]
    (listed,) = [param["description"] for param in params if param["name"] == "transaction_type"]
    types = {word.split("=")[0].strip() for word in listed.replace("&nbsp;", " ").split("<p>") if "=" in word}
    types = {name for name in types if name.replace("_", "").isupper()}
    assert "PAID_ADS_CHARGE" in types and len(types) > 15
    moves = ("ESCROW_", "FAST_ESCROW_", "WITHDRAWAL_")
    unknown = [name for name in types if not name.startswith(moves) and not kind_of("shopee", ("WALLET", name))]
    assert unknown == []
