from odoo import api, models
from odoo.tools import formatLang
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

TRENDS = [
    ("fell", "Fell"),
    ("rose", "Rose"),
    ("level", "Level"),
    ("started", "Began"),
    ("stopped", "Stopped"),
    ("none", "No Sales"),
]
FURTHER = [
    ("stock", "Stock-Outs"),
    ("ads", "Advertising"),
    ("organic", "Other Traffic"),
    ("traffic", "Traffic"),
    ("rating", "Rating"),
    ("conversion", "Conversion"),
    ("price", "Price"),
    ("basket", "Units per Order"),
    ("demand", "Demand"),
    ("rate", "Exchange Rate"),
    ("mix", "Mix"),
    ("new", "New SKUs"),
    ("ended", "Ended SKUs"),
]
CAUSES = [
    *(choice for choice in FURTHER if choice[0] != "ads"),
    ("ads_stopped", "Advertising Stopped"),
    ("ads_started", "Advertising Began"),
    ("ads_spend", "Advertising Budget"),
    ("ctr", "Ad Click Rate"),
    ("impressions", "Ad Impressions"),
    ("buy_box", "Buy Box"),
    ("dearer", "Price Against Conversion"),
]
_HEADS = {
    "fell": _lt("Sales fell %(share)s: %(reason)s."),
    "rose": _lt("Sales rose %(share)s: %(reason)s."),
    "started": _lt("Sales began: %(reason)s."),
    "stopped": _lt("Sales stopped: %(reason)s."),
    "level": _lt("Sales stayed as they were (%(share)s)."),
    "none": _lt("Nothing was sold."),
}
# Those that are told the same way in both directions; the others are below.
_REASONS = {
    "stock": _lt("out of stock %(stock_after)s of the time, before %(stock_before)s"),
    "ads_stopped": _lt("advertising stopped (%(spend_before)s a day before, nothing now)"),
    "ads_started": _lt("advertising began (nothing before, %(spend_after)s a day now)"),
    "ads_spend": _lt(
        "ad clicks %(clicks_change)s because the spend went from %(spend_before)s to %(spend_after)s a day"
    ),
    "impressions": _lt(
        "ad clicks %(clicks_change)s as impressions went from %(impressions_before)s to %(impressions_after)s a day"
    ),
    "organic": _lt("visits without ads went from %(organic_before)s to %(organic_after)s a day in stock"),
    "traffic": _lt("visits went from %(traffic_before)s to %(traffic_after)s a day in stock"),
    "buy_box": _lt("the buy box went from %(buy_box_before)s to %(buy_box_after)s of the page views"),
    "rating": _lt("the rating went from %(rating_before)s to %(rating_after)s stars"),
    "basket": _lt("units per order went from %(basket_before)s to %(basket_after)s"),
    "demand": _lt("sold units went from %(demand_before)s to %(demand_after)s a day in stock"),
    "rate": _lt("the exchange rate went from %(rate_before)s to %(rate_after)s"),
    "mix": _lt("units moved between dear and cheap SKUs"),
    "new": _lt("it was not offered before"),
    "ended": _lt("it is not offered any more"),
}
_DOWN = {
    "ctr": _lt("ad clicks %(clicks_change)s because CTR fell from %(ctr_before)s to %(ctr_after)s"),
    "conversion": _lt("conversion fell from %(conversion_before)s to %(conversion_after)s"),
    "dearer": _lt("buyers stayed away after the price rose from %(price_before)s to %(price_after)s"),
    "price": _lt("the price fell from %(price_before)s to %(price_after)s"),
}
_UP = {
    "ctr": _lt("ad clicks %(clicks_change)s because CTR rose from %(ctr_before)s to %(ctr_after)s"),
    "conversion": _lt("conversion rose from %(conversion_before)s to %(conversion_after)s"),
    "dearer": _lt("more bought after the price fell from %(price_before)s to %(price_after)s"),
    "price": _lt("the price rose from %(price_before)s to %(price_after)s"),
}
_MAINLY = _lt("mainly because of: %(cause)s")
_ADVICE_DOWN = {
    "stock": _lt("Restock first; until then, give this shop a larger share of what is there."),
    "ads_stopped": _lt("See whether %(campaign)s was paused on purpose or has no budget left."),
    "ads_spend": _lt("Check budget and bids of %(campaign)s."),
    "ctr": _lt("Check the main image, the price and the bid of %(campaign)s."),
    "impressions": _lt("Check bids and keywords of %(campaign)s: it is shown less often."),
    "organic": _lt("Check the search rank, and whether the listing is complete and visible."),
    "traffic": _lt("Check the search rank, and whether the listing is complete and visible."),
    "buy_box": _lt("Compare price and delivery time with the other offers of the item."),
    "rating": _lt("Read the latest reviews and returns."),
    "conversion": _lt("Check images, text, delivery time and reviews of the page."),
    "dearer": _lt("Try the old price, or a coupon."),
    "price": _lt("Check discounts, coupons and price rules."),
    "basket": _lt("Check quantity discounts and sets."),
    "demand": _lt("Import the shop's traffic to see whether visits or conversion changed."),
    "rate": _lt("Nothing changed in the shop: check the prices in its currency."),
    "mix": _lt("Look at the SKUs: dear ones lost, cheap ones won."),
    "new": _lt("Look at the SKUs."),
    "ended": _lt("If that was not meant, list it again."),
}
_ADVICE_UP = {
    "price": _lt("Watch conversion at the new price."),
    "rate": _lt("Nothing changed in the shop."),
    "mix": _lt("Look at the SKUs: cheap ones lost, dear ones won."),
}
_KEEP = _lt("Keep it so, and see that the stock lasts.")
_FURTHER = _lt("Also: %(cause)s (%(amount)s).")
_MISSING = {
    "traffic": _lt("Traffic of some days or SKUs is missing: visits and conversion cannot be told apart."),
    "traffic_conflict": _lt("The report has sales but no visits: traffic is not used."),
    "ads": _lt("Advertising of some days is missing: visits are not split into ads and others."),
    "ads_clicks": _lt("There are more ad clicks than visits: visits are not split into ads and others."),
    "stock": _lt("What the shop showed is not known for all days: stock-outs are not told."),
    "stock_conflict": _lt("There were sales while the shop showed no stock: stock-outs are not told."),
    "rating": _lt("Ratings are not known: conversion is not put down to them."),
}
_LISTED_RATIOS = ("ctr", "conversion")


class SalesInsightText(models.AbstractModel):
    """Makes sentences of the codes and figures of an analysis, in the language of the reader."""

    _name = "sales.insight.text"
    _description = "Texts of Sales Analyses"

    @api.model
    def _get_sentence(self, line):
        """What happened, why, and what to do first."""
        if not line.trend:
            return False
        share = self._format_change(line.change_share / 100)
        if line.trend in ("level", "none"):
            return self._say(_HEADS[line.trend], share=share)
        rising = line.trend in ("rose", "started")
        values = self._get_values(line)
        # The direction is in the word already.
        parts = [
            self._say(
                _HEADS[line.trend],
                share=self._format(100 * abs(line.change_share) / 100, 1, " %"),
                reason=self._get_reason(line, values),
            ),
            self._say(self._get_advice(line.cause, rising), **values),
        ]
        if line.further:
            cause = dict(line._fields["further"]._description_selection(self.env))[line.further]
            amount = formatLang(self.env, line.further_part, currency_obj=line.currency_id)
            parts.append(self._say(_FURTHER, cause=cause, amount=amount))
        # Chinese sets no blank after its full stop.
        return ("" if parts[0].endswith("。") else " ").join(parts)

    @api.model
    def _say(self, template, /, **values):
        """A lazy text in the language of the reader, filled in.

        :raise KeyError: a value that the text names is missing
        """
        translate = self.env._
        return translate(template) % values if values else translate(template)

    @api.model
    def _get_advice(self, cause, rising):
        return _ADVICE_UP.get(cause, _KEEP) if rising else _ADVICE_DOWN.get(cause, _KEEP)

    @api.model
    def _get_reason(self, line, values):
        """Why, with figures where there are any: a sum has none of prices."""
        directed = _UP if line.trend in ("rose", "started") else _DOWN
        try:
            return self._say(directed.get(line.cause) or _REASONS[line.cause], **values)
        except KeyError:
            cause = dict(line._fields["cause"]._description_selection(self.env))[line.cause]
            return self._say(_MAINLY, cause=cause)

    @api.model
    def _get_values(self, line):
        """``{placeholder: text}`` of the figures that prove the cause."""
        campaign = line.sudo().campaign_id.name
        values = {"campaign": self.env._("the campaign %s", campaign) if campaign else self.env._("the campaigns")}
        for name, (before, after) in (line.figures or {}).items():
            values[f"{name}_before"] = self._format_figure(name, before, line)
            values[f"{name}_after"] = self._format_figure(name, after, line)
            if before:
                values[f"{name}_change"] = self._format_change(after / before - 1)
        return values

    @api.model
    def _get_missing(self, line):
        """What is not known, and what is therefore not said."""
        return "\n".join(self._say(_MISSING[code]) for code in (line.missing or "").split()) or False

    # === FIGURES === #

    @api.model
    def _format(self, number, digits, unit=""):
        return formatLang(self.env, number, digits=digits) + unit

    @api.model
    def _format_change(self, share):
        """A change with its sign, e.g. ``−41 %``."""
        sign = "−" if share < 0 else "+"
        return f"{sign}{self._format(abs(100 * share), 0 if abs(share) >= 0.1 else 1, ' %')}"

    @api.model
    def _format_figure(self, name, value, line):
        """A figure of a factor, as its trade tells it."""
        if value is None:
            return ""
        if name == "stock":
            return self._format(100 * (1 - value), 0, " %")
        if name in _LISTED_RATIOS:
            return self._format(100 * value, 2, " %")
        if name == "buy_box":
            return self._format(value, 0, " %")
        if name == "spend":
            return formatLang(self.env, value, currency_obj=line.currency_id)
        if name == "price":
            return formatLang(self.env, value, currency_obj=line.shop_id.currency_id or line.currency_id)
        if name == "impressions":
            return self._format(value, 0)
        return self._format(value, {"rate": 4, "rating": 2, "basket": 2}.get(name, 1))
