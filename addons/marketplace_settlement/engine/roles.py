"""What an account is for. Kinds of amounts are many, accounts are few: each kind has the role of its group, save the
kinds named here.
"""

CLEARING, CARRY_OVER, TRANSFER = "clearing", "carry_over", "transfer"
TAX, FEE_TAX, WITHHELD = "tax", "fee_tax", "withheld"
OTHER = "other"

# Paid by buyers, or by the marketplace in their place, for goods: subject to tax on sales.
REVENUE_ROLES = ("sales", "refunds", "promotions", "subsidies")
# Services of the marketplace, for which it makes an invoice.
FEE_ROLES = ("selling", "fulfilment", "inbound", "storage", "ads", FEE_TAX)
ROLES = (
    CLEARING,
    CARRY_OVER,
    "reserve",
    "deferred",
    "loan",
    "card",
    TRANSFER,
    TAX,
    FEE_TAX,
    WITHHELD,
    *REVENUE_ROLES,
    *FEE_ROLES[:-1],
    "reimbursements",
    "liquidation",
    OTHER,
)

_OF_KIND = {
    "opening_balance": CLEARING,
    "reserve_current": "reserve",
    "reserve_previous": "reserve",
    "deferred": "deferred",
    "card_charge": "card",
    "loan": "loan",
    "loan_repayment": "loan",
    "tax_on_fees": FEE_TAX,
    "tcs_cgst": WITHHELD,
    "tcs_sgst": WITHHELD,
    "tcs_igst": WITHHELD,
    "tds": WITHHELD,
    "withholding_tax": WITHHELD,
    # Refunds of fees lower the fees, not the sales.
    "commission_refund": "selling",
    "fee_refund": "selling",
    "refund_administration": "selling",
    "return_shipping": "fulfilment",
}


def is_refund(role, kind):
    """Whether amounts are paid back to buyers, the tax on them included.

    :param str role: of the kind
    :param str kind: its code
    """
    return role == "refunds" or (role == TAX and kind.endswith("refund"))


def get_role(kind, group, nature):
    """What the account of a kind of amount is for. Only profit is booked as income or cost: what the result accounts
    hold of settlements is the profit of its amounts.

    :param str kind: code of the kind
    :param str group: its group in the fee tree
    :param str nature: ``profit``, ``tax`` or ``money``
    :return: one of :data:`ROLES`
    """
    if kind in _OF_KIND:
        return _OF_KIND[kind]
    if nature == "tax":
        return TAX
    if nature == "money":
        return TRANSFER
    return group if group in ROLES else OTHER
