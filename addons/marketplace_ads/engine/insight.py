"""Why sales changed between two windows of time: parts that add up to the change to the cent.

Sales of a SKU in a shop are a product of what brought them about:

    sales per day = share of the time in stock × sessions per day in stock × conversion (orders per session)
                    × units per order × price × exchange rate

and sessions are clicks on advertisements (impressions × click-through rate) and all others. Where sessions are not
known, the sold units per day in stock stand for sessions, conversion and units per order.

The method is the additive log-mean Divisia index, LMDI-I: a factor that went from x to y has the part L · ln(y/x), with
L the logarithmic mean of sales before and after. It leaves no residual, treats both windows alike, and parts of SKUs
may be added up. Sources: B. W. Ang, "The LMDI approach to decomposition analysis: a practical guide", Energy Policy 33
(2005) 867–871; for sums within a product (sessions), the weights of its sections 2 and 3; for zeros, the analytical
limits of B. W. Ang and N. Liu, "Handling zero values in the logarithmic mean Divisia index decomposition approach",
Energy Policy 35 (2007) 238–246: the factor that is 0 has the whole change – here the first of them in the order above,
since what comes after it is no number (no sessions, no conversion).
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from math import log

from ...marketplace_settlement.engine.rounding import spread

# In the order of the chain, which is the order in which they are shown.
FACTORS = (
    "stock",
    "impressions",
    "ctr",
    "organic",
    "traffic",
    "conversion",
    "rating",
    "basket",
    "demand",
    "price",
    "rate",
    "mix",
    "new",
    "ended",
)
# What is not known and therefore not claimed.
MISSING = ("traffic", "traffic_conflict", "ads", "ads_clicks", "stock", "stock_conflict", "rating")
_CENT = Decimal("0.01")
_TRAFFIC = ("sessions", "clicks", "impressions")


@dataclass(frozen=True, slots=True)
class Window:
    """What is known of a SKU in a shop in a window of time; ``None`` is not known.

    :param int days: length of the window
    :param Decimal sales: of the ordered units, in company currency, without tax
    :param Decimal local: the same in the shop's currency
    :param int orders: orders with the SKU
    :param float out: days out of stock, of ``days``
    :param float rating: stars that buyers see
    :param bool listed: whether the SKU was offered at all
    """

    days: int
    sales: Decimal = Decimal(0)
    local: Decimal = Decimal(0)
    units: float = 0
    orders: int = 0
    sessions: int | None = None
    impressions: int | None = None
    clicks: int | None = None
    out: float | None = None
    rating: float | None = None
    listed: bool = True

    def __post_init__(self):
        if self.days <= 0:
            raise ValueError("a window has at least a day")
        if bool(self.units) != bool(self.orders) or (self.sales and not self.units):
            raise ValueError("sales come with units, and units with orders")
        if self.sales and not self.local:
            raise ValueError("sales are in the shop's currency, too")


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor's figures before and after, where it has one, and its part of the change in company currency."""

    code: str
    before: float | None
    after: float | None
    contribution: Decimal


@dataclass(frozen=True, slots=True)
class Analysis:
    """A change of sales and its parts, which add up to it.

    :param Decimal before: sales of the earlier window, brought to the length of the later one
    :param Decimal after: sales of the later window
    :param tuple factors: of :class:`Factor`, in the order of :data:`FACTORS`
    :param tuple missing: of :data:`MISSING`
    """

    before: Decimal
    after: Decimal
    factors: tuple
    missing: tuple = ()

    @property
    def change(self):
        return self.after - self.before

    def __getitem__(self, code):
        """The :class:`Factor` of a code, or ``None``."""
        return next((factor for factor in self.factors if factor.code == code), None)

    def part(self, *codes):
        """What factors contribute together."""
        return sum((factor.contribution for factor in self.factors if factor.code in codes), Decimal(0))


@dataclass(slots=True)
class Item:
    """A SKU in a shop: its two windows, and its parts before they are rounded.

    :param dict parts: ``{code: float}``
    """

    before: Window
    after: Window
    scaled: Decimal
    known: frozenset
    missing: tuple
    parts: dict

    @property
    def regular(self):
        """Sold in both windows: factors of a sum can be taken from the sums of such SKUs."""
        return bool(self.scaled and self.after.sales)

    @property
    def weight(self):
        return log_mean(float(self.scaled), float(self.after.sales))


def decompose(before, after, elasticity=0.0, unit=_CENT):
    """The parts of the change of a SKU's sales in a shop.

    :param Window before: earlier window
    :param Window after: later window
    :param float elasticity: share by which a star more of rating raises conversion; 0: nothing is claimed for it
    :param Decimal unit: smallest coin of the company's currency
    :return: :class:`Analysis`
    """
    return close(prepare(before, after, elasticity, unit), unit)


def close(item, unit=_CENT):
    """The :class:`Analysis` of an :class:`Item`: its parts in coins."""
    links = {code: (first, last) for code, first, last in get_figures(item.before, item.after, item.known)}
    return build(item.scaled, item.after.sales, item.parts, links, item.missing, unit)


def build(before, after, parts, figures, missing, unit):
    """An analysis of parts that add up to a change but for the rounding."""
    codes = [code for code in FACTORS if code in parts]
    rounded = spread([Decimal(parts[code]) for code in codes], unit, after - before)
    factors = [Factor(code, *figures.get(code, (None, None)), part) for code, part in zip(codes, rounded, strict=True)]
    return Analysis(before, after, tuple(factors), tuple(code for code in MISSING if code in missing))


def prepare(before, after, elasticity=0.0, unit=_CENT):
    """The :class:`Item` of two windows of a SKU in a shop."""
    known, missing = _get_known(before, after)
    scaled = before.sales
    if before.days != after.days:
        exact = before.sales * after.days / before.days
        scaled = (exact / unit).to_integral_value(ROUND_HALF_EVEN) * unit
        if before.sales and not scaled:
            scaled = unit  # what was sold stays sold
    item = Item(before, after, scaled, known, missing, {})
    item.parts = _get_parts(item, elasticity)
    return item


def log_mean(first, last):
    """Logarithmic mean of two numbers of at least 0; 0 when one of them is."""
    if first <= 0 or last <= 0:
        return 0.0
    if first == last:
        return first
    ratio = (last - first) / first
    # Close to 1 the quotient loses its digits: the series of ln(1 + r).
    return first / (1 - ratio / 2 + ratio * ratio / 3) if abs(ratio) < 1e-5 else (last - first) / log(last / first)


def _get_known(before, after):
    """``(what is known in both windows and fits together, what is not)``"""
    windows = (before, after)
    known, missing = set(), set()
    if any(window.sessions is None for window in windows):
        missing.add("traffic")
    elif any(window.units and not window.sessions for window in windows):
        missing.add("traffic_conflict")
    else:
        known.add("traffic")
    if any(window.clicks is None for window in windows):
        missing.add("ads")
    elif "traffic" in known:
        split = all(_is_plausible(window) for window in windows)
        (known if split else missing).add("ads" if split else "ads_clicks")
    if any(window.out is None for window in windows):
        missing.add("stock")
    elif any(window.units and window.out >= window.days for window in windows):
        missing.add("stock_conflict")
    else:
        known.add("stock")
    if all(window.rating for window in windows):
        known.add("rating")
    else:
        missing.add("rating")
    return frozenset(known), tuple(missing)


def _is_plausible(window):
    return window.clicks <= window.sessions and window.clicks <= (window.impressions or 0)


def get_stock_days(window, known):
    """Days of a window in stock."""
    return max(window.days - window.out, 0.0) if "stock" in known else float(window.days)


def _get_chain(before, after, known):
    """``[(code, before, after)]`` of the factors whose product is a day's sales; no number is ``None``."""
    stock = [get_stock_days(window, known) for window in (before, after)]

    def link(code, numerators, denominators):
        return (code, *(_divide(*pair) for pair in zip(numerators, denominators, strict=True)))

    days, units = (before.days, after.days), (before.units, after.units)
    chain = [link("stock", stock, days)] if "stock" in known else []
    if "traffic" in known:
        sessions, orders = (before.sessions, after.sessions), (before.orders, after.orders)
        chain.append(link("traffic", sessions, stock))
        chain.append(link("conversion", orders, sessions))
        chain.append(link("basket", units, orders))
    else:
        chain.append(link("demand", units, stock))
    local, sales = [(float(before.local), float(after.local)), (float(before.sales), float(after.sales))]
    return [*chain, link("price", local, units), link("rate", sales, local)]


def get_figures(before, after, known):
    """``[(code, before, after)]`` of all factors, those that sessions are made of included."""
    chain = _get_chain(before, after, known)
    if "ads" in known:
        stock = [get_stock_days(window, known) for window in (before, after)]
        pairs = [
            ("impressions", [window.impressions for window in (before, after)], stock),
            ("ctr", [window.clicks for window in (before, after)], [w.impressions for w in (before, after)]),
            ("organic", [window.sessions - window.clicks for window in (before, after)], stock),
        ]
        chain += [(code, *(_divide(*pair) for pair in zip(*values, strict=True))) for code, *values in pairs]
    if "rating" in known:
        chain.append(("rating", before.rating, after.rating))
    return chain


def _get_parts(item, elasticity):
    change = float(item.after.sales - item.scaled)
    edge = _get_edge(item)
    if edge:
        return {edge: change}
    chain = _get_chain(item.before, item.after, item.known)
    if item.regular:
        parts = {code: item.weight * log(last / first) for code, first, last in chain}
        # Sales of the earlier window were rounded to coins when they were brought to the later one's length.
        exact = float(item.before.sales) * item.after.days / item.before.days
        parts["price"] += item.weight * log(exact / float(item.scaled))
    else:
        parts = _get_limits(chain, change)
    if "traffic" in item.known:
        _split_traffic(parts, item.weight, item.known, [(item.before, item.after)])
        split_conversion(parts, item.weight * get_rating_effect(item, elasticity), item.known)
    return parts


def _get_edge(item):
    """``new`` or ``ended`` where the SKU was offered in one of the windows only."""
    if item.regular or not (item.scaled or item.after.sales):
        return None
    if not item.scaled and not item.before.listed:
        return "new"
    return "ended" if not item.after.sales and not item.after.listed else None


def _get_limits(chain, change):
    """Parts where one of the windows has no sales: the first factor that is 0 has it all."""
    parts = dict.fromkeys((code for code, _first, _last in chain), 0.0)
    if change:
        side = 1 if change > 0 else 2
        parts[next(link[0] for link in chain if not link[side])] = change
    return parts


def _split_traffic(parts, weight, known, windows):
    """Sessions are clicks on advertisements and all others; clicks are impressions × click-through rate.

    :param float weight: log-mean of sales
    :param list windows: pairs of :class:`Window`
    """
    if "ads" not in known:
        return
    total = [sum(get_stock_days(window, known) for window in side) for side in zip(*windows, strict=True)]
    sums = [
        [sum(getattr(window, name) for window in side) / days if days else 0.0 for name in _TRAFFIC]
        for side, days in zip(zip(*windows, strict=True), total, strict=True)
    ]
    (sessions0, clicks0, shown0), (sessions1, clicks1, shown1) = sums
    traffic = parts.pop("traffic")
    session = weight / sessions0 if sessions0 else 0.0
    if sessions1 != sessions0:
        session = traffic / (sessions1 - sessions0)
    ads = session * (clicks1 - clicks0)
    parts["organic"] = traffic - ads
    if clicks0 and clicks1:
        parts["impressions"] = session * log_mean(clicks0, clicks1) * log(shown1 / shown0)
        parts["ctr"] = ads - parts["impressions"]
    else:
        # Without impressions there are no clicks; with impressions it is the rate that is 0.
        silent = not (shown0 and shown1)
        parts["impressions"], parts["ctr"] = (ads, 0.0) if silent else (0.0, ads)


def get_rating_effect(item, elasticity):
    """By how much, as a logarithm, the rating moved conversion, as far as an elasticity tells it."""
    if "rating" not in item.known or not elasticity:
        return 0.0
    return log(1 + elasticity) * (item.after.rating - item.before.rating)


def split_conversion(parts, rating, known):
    """Take the part of the rating out of conversion's, where ratings are known."""
    if "rating" in known:
        parts["rating"] = rating
        parts["conversion"] -= rating


def _divide(numerator, denominator):
    return numerator / denominator if denominator else None
