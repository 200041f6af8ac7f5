"""Which account of a chart of accounts fits which role: external ids of Odoo's own charts (without module and
company). Roles that a chart has no account for get one of their own, whose type is here too.
"""

# Role → type of an account of its own.
TYPES = {
    "clearing": "asset_receivable",
    "carry_over": "asset_current",
    "reserve": "asset_current",
    "deferred": "asset_current",
    "loan": "liability_current",
    "card": "asset_current",
    "transfer": "asset_current",
    "tax": "liability_current",
    "fee_tax": "asset_current",
    "withheld": "asset_current",
    "sales": "income",
    "refunds": "income",
    "promotions": "income",
    "subsidies": "income",
    "selling": "expense",
    "fulfilment": "expense",
    "inbound": "expense",
    "storage": "expense",
    "ads": "expense",
    "reimbursements": "income_other",
    "liquidation": "income_other",
    "other": "expense",
}
# Open items are matched on these, receivable accounts apart, which always are so.
RECONCILED = ("carry_over", "reserve", "deferred", "loan", "card", "transfer")

# Start of the chart's code → role → account.
_CHARTS = {
    "generic_coa": {"sales": "income", "selling": "expense_sales", "reimbursements": "other_income"},
    "us": {
        "sales": "account_account_us_income",
        "ads": "account_account_us_marketing",
        "fulfilment": "account_account_us_postage",
        "reimbursements": "account_account_us_other_income",
    },
    "uk": {"sales": "400000", "ads": "600000", "fulfilment": "603000"},
    "de_skr03": {
        "sales": "account_8200",
        "refunds": "account_8700",
        "promotions": "account_8700",
        "selling": "account_4760",
        "fulfilment": "account_4730",
        "storage": "account_4780",
        "ads": "account_4600",
        "reimbursements": "account_2700",
        "other": "account_4900",
    },
    "de_skr04": {
        "sales": "chart_skr04_4000",
        "refunds": "chart_skr04_4700",
        "promotions": "chart_skr04_4700",
        "selling": "chart_skr04_6770",
        "fulfilment": "chart_skr04_6740",
        "storage": "chart_skr04_6780",
        "ads": "chart_skr04_6600",
        "reimbursements": "chart_skr04_4830",
        "other": "chart_skr04_6300",
    },
    "fr": {
        "sales": "pcg_707_account",
        "refunds": "pcg_7097",
        "promotions": "pcg_7097",
        "selling": "pcg_6222",
        "fulfilment": "pcg_6242",
        "ads": "pcg_6231",
        "reimbursements": "pcg_758",
    },
    "it": {"sales": "3101", "refunds": "3110", "selling": "4212", "fulfilment": "4201", "ads": "4203"},
    "es_": {
        "sales": "account_common_7000",
        "refunds": "account_common_7080",
        "selling": "account_common_629",
        "fulfilment": "account_common_624",
        "ads": "account_common_627",
        "reimbursements": "account_common_759",
    },
    "nl": {"sales": "8001", "selling": "4590", "fulfilment": "4570", "ads": "4520", "reimbursements": "4950"},
    "pl": {"sales": "chart70000100", "selling": "chart40020900", "fulfilment": "chart40020400"},
    "cn": {
        "sales": "l10n_cn_account_5001",
        "selling": "l10n_cn_account_5601",
        "ads": "l10n_cn_account_560102",
        "reimbursements": "l10n_cn_account_5301",
    },
    "hk": {"sales": "l10n_hk_41", "selling": "l10n_hk_5215", "fulfilment": "l10n_hk_5222", "ads": "l10n_hk_5235"},
    "jp": {"sales": "l10n_jp_410000", "selling": "l10n_jp_512400", "fulfilment": "l10n_jp_514500"},
    "sg": {
        "sales": "account_account_803",
        "refunds": "account_account_800",
        "promotions": "account_account_800",
        "fulfilment": "account_account_843",
        "ads": "account_account_823",
    },
    "au": {
        "sales": "au_41110",
        "selling": "au_61300",
        "fulfilment": "au_61700",
        "ads": "au_61000",
    },
    "ca": {"sales": "l10n_ca_411110"},
}


def get_chart_starts():
    """Starts of the codes of the charts that are known."""
    return tuple(_CHARTS)


def get_chart_accounts(chart):
    """``{role: external id}`` of a chart of accounts; empty for a chart that is not known.

    :param str chart: its code in Odoo, e.g. ``de_skr03``
    """
    starts = [start for start in _CHARTS if chart.startswith(start)]
    return _CHARTS[max(starts, key=len)] if starts else {}
