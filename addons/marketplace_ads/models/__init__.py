from . import (  # isort: skip
    account,
    profile,
    campaign,
    cost,
    report,
    # Owner: insight.
    insight,
)
