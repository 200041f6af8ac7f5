"""The first thing to do: which rule names the cause, and with what figures."""

from decimal import Decimal

from addons.marketplace_ads.engine.insight import decompose
from addons.marketplace_ads.engine.insight_rules import CAUSES, Facts, find
from tests.plain.insight.insight_case import window


def sold(units, **values):
    """A window with as many orders as units."""
    return window(units=units, orders=units, **values)


def test_click_through_rate():
    analysis = decompose(sold(100), sold(92, sessions=920, clicks=120))
    finding = find(analysis, Facts(spend=(5, 5), clicks=(200 / 28, 120 / 28)))
    assert (finding.trend, finding.cause, finding.further) == ("fell", "ctr", "")
    assert finding.share == -0.08
    assert finding.figures["ctr"] == (0.005, 0.003)
    assert finding.figures["clicks"][1] / finding.figures["clicks"][0] == 0.6
    assert finding.part == Decimal("-160.00")


def test_impressions():
    after = sold(90, sessions=900, clicks=100, impressions=20000)
    assert find(decompose(sold(100), after)).cause == "impressions"
    assert find(decompose(sold(100), after), Facts(spend=(10, 5))).cause == "ads_spend"
    assert find(decompose(sold(100), after), Facts(spend=(10, 9.5))).cause == "impressions"


def test_advertising_stopped_and_started():
    without = sold(80, sessions=800, impressions=0, clicks=0)
    assert find(decompose(sold(100), without), Facts(spend=(10, 0))).cause == "ads_stopped"
    assert find(decompose(without, sold(100)), Facts(spend=(0, 10))).cause == "ads_started"


def test_buy_box():
    analysis = decompose(sold(100), sold(70))
    assert find(analysis, Facts(buy_box=(95, 60))).cause == "buy_box"
    assert find(analysis, Facts(buy_box=(95, 91))).cause == "conversion"
    assert find(decompose(sold(70), sold(100)), Facts(buy_box=(95, 60))).cause == "conversion"


def test_dearer():
    assert find(decompose(sold(100), sold(60, price="21"))).cause == "dearer"
    assert find(decompose(sold(100), sold(60, price="20.50"))).cause == "conversion"
    unseen = {"sessions": None, "clicks": None}
    assert find(decompose(sold(100, **unseen), sold(60, price="21", **unseen))).cause == "dearer"


def test_further_cause():
    after = sold(60, sessions=600, impressions=24000, clicks=120, out=7.0)
    finding = find(decompose(sold(100), after))
    assert (finding.cause, finding.further) == ("stock", "organic")
    assert finding.part < finding.further_part < 0
    assert find(decompose(sold(100), sold(100, price="19"))).further == ""


def test_every_cause_is_found_by_itself():
    cases = {
        "stock": (sold(100), sold(75, sessions=750, impressions=30000, clicks=150, out=7.0)),
        "organic": (sold(100), sold(80, sessions=800)),
        "traffic": (sold(100, clicks=None), sold(80, sessions=800, clicks=None)),
        "conversion": (sold(100), sold(80)),
        "price": (sold(100), sold(100, price="15")),
        "basket": (window(orders=90), window(units=90, orders=90)),
        "demand": (sold(100, sessions=None), sold(80, sessions=None)),
        "rate": (sold(100), sold(100, rate="0.9")),
        "new": (sold(0, listed=False), sold(100)),
        "ended": (sold(100), sold(0, listed=False)),
    }
    for cause, pair in cases.items():
        assert find(decompose(*pair)).cause == cause
    rated = decompose(sold(100), sold(99, rating=4.3), elasticity=0.2)
    assert find(rated).cause == "rating"
    assert set(CAUSES) - set(cases) == {"ads", "mix", "rating"}


def test_trends():
    assert find(decompose(sold(100), sold(100, price="20.10"))).trend == "level"
    assert find(decompose(sold(0), sold(0))).trend == "none"
    assert find(decompose(sold(0), sold(10))).trend == "started"
    assert find(decompose(sold(10), sold(0))).trend == "stopped"
    assert find(decompose(sold(10), sold(20))).trend == "rose"
