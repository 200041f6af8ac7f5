"""Windows of a SKU for tests of the decomposition of sales."""

from decimal import Decimal

from addons.marketplace_ads.engine.insight import Window


def window(units=100, price="20", rate="1", **values):
    """28 days of a SKU that sells 100 units in 95 orders of 1,000 sessions, 200 of them from advertisements."""
    local = Decimal(price) * units
    given = {
        "days": 28,
        "units": units,
        "orders": min(95, units) if units else 0,
        "local": local,
        "sales": local * Decimal(rate),
        "sessions": 1000,
        "impressions": 40000,
        "clicks": 200,
        "out": 0.0,
        "rating": 4.5,
        **values,
    }
    return Window(**given)
