from . import (  # isort: skip
    account,
    account_amazon,
    profile,
    campaign,
    cost,
    cost_import,
    cost_share,
    purchase,
    report,
    layout,
    listing,
    billing,
    invoice,
    profit_source,
    # Owner: insight.
    insight,
)
