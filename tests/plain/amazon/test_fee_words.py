"""The fee tree knows Amazon's words: those seen in files of sellers, of all samples and of the training marketplace."""

import json

import pytest

from addons.marketplace.contract import SettlementDocument
from addons.marketplace_amazon.connector.settlement_file import parse_settlement
from addons.marketplace_amazon.connector.transactions import parse_transaction
from addons.marketplace_simulator.server.spapi import finances, settlement_files
from tests.plain.amazon.transaction_samples import transactions
from tests.plain.fee_words import kind_of
from tests.plain.spec_models import shared_specs

SPECS = shared_specs()
REPORTS = SPECS / "amazon-reports" if SPECS else None
OTHER = "other-transaction"
SAMPLES = sorted(path for path in REPORTS.rglob("*.txt") if "settlement" in path.name.lower()) if REPORTS else []
official = pytest.mark.skipif(SPECS is None, reason="the specifications are not beside the checkout")


def unknown(words):
    return sorted({entry for entry in words if kind_of("amazon", entry) is None})


@official
def test_descriptions_that_were_seen_in_files_of_sellers():
    seen = json.loads((REPORTS / "settlement-v2-observed-amount-descriptions.json").read_text())["entries"]
    words = [
        (kind if kind == OTHER else "Order", kind, entry["description"])
        for entry in seen
        for kind in entry["amount_types"] or [OTHER]
    ]
    assert len(words) >= 70
    assert unknown(words) == []
    refunds = [("Refund", kind, name) for _order, kind, name in words if kind in ("ItemPrice", "ItemFees", "Promotion")]
    assert unknown(refunds) == []


@official
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_words_of_the_samples(path):
    lines = list(parse_settlement(SettlementDocument(path.name, path.read_bytes())).lines)
    assert lines
    assert unknown(line.words for line in lines) == []


def test_words_of_the_training_marketplace():
    settled = [
        (kind, *words)
        for kind in ("Order", "Refund")
        for words in settlement_files.WORDS.values()
        if words[0] in ("ItemPrice", "ItemFees", "Promotion")
    ]
    assert unknown(settled) == []
    booked = [("Shipment", *[name for name in path if name != "Base"][-2:]) for path in finances.TREE.values()]
    assert unknown(booked) == []


def test_words_of_transactions():
    words = [line.words for payload in transactions() for line in parse_transaction(payload).lines]
    assert len(words) > 8
    assert unknown(words) == []


@pytest.mark.parametrize(("words", "kind"), [
    ("Order > ItemPrice > Principal", "principal"), ("Refund > ItemPrice > Principal", "income_refund"),
    ("Chargeback Refund > ItemPrice > Principal", "chargeback"),
    ("A-to-z Guarantee Refund > ItemPrice > Principal", "az_claim"),
    ("Refund > ItemFees > Commission", "commission_refund"),
    ("Refund > ItemFees > RefundCommission", "refund_administration"),
    ("Refund > ItemFees > FBAPerUnitFulfillmentFee", "fee_refund"),
    ("Order_Retrocharge > ItemWithheldTax > MarketplaceFacilitatorTax-Principal", "tax_withheld"),
    ("Refund > ItemWithheldTax > MarketplaceFacilitatorVAT-Shipping", "tax_withheld_refund"),
    ("other-transaction > FBA Inventory Reimbursement > COMPENSATED_CLAWBACK", "clawback"),
    ("other-transaction > other-transaction > Current Reserve Amount", "reserve_current"),
    ("FBAFees > FBA Inventory Storage Fee > Tax on fee", "tax_on_fees"),
    ("Shipment > FBAFees > FBAPerUnitFulfillmentFee", "fba_per_unit"),
    ("Shipment > FBAPerUnitFulfillmentFee > Tax", "tax_on_fees"), ("Refund > Commission > Tax", "tax_on_fees"),
    ("Refund > ProductCharges > OurPricePrincipal", "income_refund"),
    ("CouponRedemptionFee > CouponRedemptionFee", "coupon_fee"),
    ("Non-Amazon > Order > ItemFees > FBAPerUnitFulfillmentFee", "mcf_fee"),
    ("Non-Amazon > Order > Shipment-Fees > FBAPerOrderFulfillmentFee", "mcf_fee"),
    ("Non-Amazon > Shipment > FBAFees > FBAPerUnitFulfillmentFee", "mcf_fee"),
    ("other-transaction > other-transaction > Fee of tomorrow", None),
])  # fmt: skip
def test_what_words_mean(words, kind):
    assert kind_of("amazon", tuple(words.split(" > "))) == kind
