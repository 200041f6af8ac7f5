"""What to do first about a change of sales: a table of rules, which gives codes and figures; texts are the caller's."""

from dataclasses import dataclass, field
from decimal import Decimal

# Changes below this are none: share of the sales before.
LEVEL = 0.01
# A further cause is told when it is this large compared with the first.
FURTHER = 0.4
# Causes that are told, and the factors they are made of, the most urgent first: it wins where two are equal.
CAUSES = {
    "stock": ("stock",),
    "ads": ("impressions", "ctr"),
    "organic": ("organic",),
    "traffic": ("traffic",),
    "rating": ("rating",),
    "conversion": ("conversion",),
    "price": ("price",),
    "basket": ("basket",),
    "demand": ("demand",),
    "rate": ("rate",),
    "mix": ("mix",),
    "new": ("new",),
    "ended": ("ended",),
}
# Points of the buy box, stars, and share of a price, from which on they are taken for the reason.
_BUY_BOX_POINTS = 5
_PRICE_SHARE = 0.03
_SPEND_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Facts:
    """What else is known of the two windows, each as ``(before, after)``; ``None``: not known.

    :param tuple spend: on advertisements, in company currency and a day
    :param tuple buy_box: percent of the page views with the buy box
    :param tuple clicks: on advertisements, a day
    """

    spend: tuple | None = None
    buy_box: tuple | None = None
    clicks: tuple | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The first thing to say of a change.

    :param str trend: ``fell``, ``rose``, ``level``, ``started``, ``stopped`` or ``none`` (no sales at all)
    :param float share: of the sales before by which they changed; ``None`` where there were none
    :param str cause: key of :data:`RULES`, empty where sales did not change
    :param dict figures: ``{name: (before, after)}`` that prove it
    :param str further: a further cause, of :data:`CAUSES`, or empty
    :param Decimal part: what the cause contributes
    """

    trend: str
    share: float | None = None
    cause: str = ""
    figures: dict = field(default_factory=dict)
    further: str = ""
    part: Decimal = Decimal(0)
    further_part: Decimal = Decimal(0)


def find(analysis, facts=None):
    """The :class:`Finding` of an :class:`~.insight.Analysis`.

    :param Facts facts: what the rules may use besides
    """
    trend, share = _get_trend(analysis)
    if trend in ("level", "none"):
        return Finding(trend, share)
    sign = 1 if analysis.change > 0 else -1
    parts = {cause: sign * analysis.part(*factors) for cause, factors in CAUSES.items()}
    # sorted() keeps the order of the table among equals.
    first, second, *_rest = sorted(parts, key=lambda cause: -parts[cause])
    further = second if parts[second] > 0 and parts[second] >= Decimal(str(FURTHER)) * parts[first] else ""
    code = first
    for rule in RULES[first]:
        if rule.holds(analysis, facts or Facts(), sign):
            code = rule.code
            break
    return Finding(
        trend,
        share,
        code,
        _get_figures(analysis, facts or Facts(), _FIGURES.get(code, CAUSES.get(first, ()))),
        further,
        sign * parts[first],
        sign * parts[further] if further else Decimal(0),
    )


def _get_trend(analysis):
    if not analysis.before and not analysis.after:
        return "none", None
    if not analysis.before:
        return "started", None
    share = float(analysis.change / analysis.before)
    if not analysis.after:
        return "stopped", share
    if abs(share) < LEVEL:
        return "level", share
    return ("rose" if share > 0 else "fell"), share


@dataclass(frozen=True, slots=True)
class Rule:
    """Says more exactly what a cause is.

    :param str code: what it is then
    :param holds: function of the analysis, the facts, and 1 for a rise or −1 for a fall
    """

    code: str
    holds: object


def _pair(analysis, code):
    factor = analysis[code]
    return (factor.before, factor.after) if factor else (None, None)


def _grew(pair, sign, share=0.0):
    """Whether a pair of figures moved by more than a share in the direction of ``sign``."""
    if not pair or None in pair:
        return False
    before, after = pair
    return sign * (after - before) > share * before


def _is_stopped(analysis, facts, sign):
    return bool(facts.spend and facts.spend[0] and not facts.spend[1] and sign < 0)


def _is_started(analysis, facts, sign):
    return bool(facts.spend and facts.spend[1] and not facts.spend[0] and sign > 0)


def _is_rate(analysis, facts, sign):
    return sign * analysis.part("ctr") > sign * analysis.part("impressions")


def _is_spend(analysis, facts, sign):
    return _grew(facts.spend, sign, _SPEND_SHARE)


def _has_lost_box(analysis, facts, sign):
    return (
        bool(facts.buy_box)
        and None not in facts.buy_box
        and (sign * (facts.buy_box[1] - facts.buy_box[0]) >= _BUY_BOX_POINTS)
    )


def _is_dearer(analysis, facts, sign):
    """The price moved against sales, so that buyers may have acted on it."""
    return _grew(_pair(analysis, "price"), -sign, _PRICE_SHARE)


# What is looked at for each cause, in this order; the first rule that holds names the cause.
RULES = {
    **dict.fromkeys(CAUSES, ()),
    "ads": (
        Rule("ads_stopped", _is_stopped),
        Rule("ads_started", _is_started),
        Rule("ctr", _is_rate),
        Rule("ads_spend", _is_spend),
        Rule("impressions", lambda *_given: True),
    ),
    "organic": (Rule("buy_box", _has_lost_box),),
    "traffic": (Rule("buy_box", _has_lost_box),),
    "conversion": (Rule("buy_box", _has_lost_box), Rule("dearer", _is_dearer)),
    "demand": (Rule("dearer", _is_dearer),),
}
# Figures that prove a cause, where they are not simply those of its factor.
_FIGURES = {
    "ads_stopped": ("spend", "clicks"),
    "ads_started": ("spend", "clicks"),
    "ads_spend": ("spend", "clicks"),
    "ctr": ("clicks", "ctr"),
    "impressions": ("clicks", "impressions"),
    "buy_box": ("buy_box",),
    "dearer": ("price", "conversion", "demand"),
}


def _get_figures(analysis, facts, names):
    figures = {}
    for name in names:
        pair = getattr(facts, name) if name in ("spend", "buy_box", "clicks") else _pair(analysis, name)
        if pair and None not in pair:
            figures[name] = pair
    return figures
