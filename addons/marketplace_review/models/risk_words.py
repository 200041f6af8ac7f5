from odoo import api, models
from odoo.tools import format_amount

# How the value of a feature is told; others are plain numbers.
MONEY = ("value", "unit_value")
PERCENT = ("largest_share",)
RATES = ("buyer_rate", "address_rate", "shop_rate", "country_rate", "product_rate", "category_rate")
YES_NO = ("cod", "business", "new_buyer")
DAYS = ("buyer_days", "buyer_gap")


class MarketplaceRiskFacts(models.AbstractModel):
    """Features of the risk score in words of the trade."""

    _inherit = "marketplace.risk.facts"

    @api.model
    def _get_labels(self):
        """:return: ``{feature: what it is called}``"""
        return {
            "value": self.env._("Amount of the order"),
            "value_ratio": self.env._("Amount, in times of the shop's usual"),
            "lines": self.env._("Different products"),
            "units": self.env._("Units"),
            "largest_share": self.env._("Share of the largest line"),
            "largest_units": self.env._("Units of the largest line"),
            "unit_value": self.env._("Amount per unit"),
            "hour": self.env._("Hour of the order (UTC)"),
            "weekday": self.env._("Day of the week"),
            "cod": self.env._("Paid on delivery"),
            "business": self.env._("Business buyer"),
            "new_buyer": self.env._("First order of this buyer"),
            "buyer_orders": self.env._("Earlier orders of this buyer"),
            "buyer_rate": self.env._("Bad orders of this buyer so far"),
            "buyer_days": self.env._("Since this buyer's first order"),
            "buyer_gap": self.env._("Since this buyer's last order"),
            "address_orders": self.env._("Earlier orders to this address"),
            "address_rate": self.env._("Bad orders to this address so far"),
            "shop_rate": self.env._("Bad orders of this shop"),
            "country_rate": self.env._("Bad orders to this country"),
            "product_rate": self.env._("Bad orders of this product"),
            "category_rate": self.env._("Bad orders of this product category"),
            "country": self.env._("Country"),
            "service": self.env._("Promised service"),
        }

    @api.model
    def _tell_value(self, name, value, currency):
        """A feature's value in words.

        :param value: number, text or ``None``
        """
        if value is None or value == "":
            return self.env._("not known")
        if name in YES_NO:
            return self.env._("yes") if value else self.env._("no")
        if name in MONEY:
            return format_amount(self.env, value, currency)
        if name in RATES:
            # A rate is drawn towards the general one where little is known.
            return self.env._("%s %% (estimate)", f"{100 * value:.1f}")
        if name in PERCENT:
            return f"{100 * value:.0f} %"
        if name in DAYS:
            return self.env._("%s days", f"{value:.0f}")
        return self._tell_plain(name, value)

    def _tell_plain(self, name, value):
        if name == "hour":
            return f"{int(value):02}:00"
        if name == "weekday":
            return self._get_weekdays()[int(value)]
        return f"{value:.3g}" if isinstance(value, float) else str(value)

    def _get_weekdays(self):
        return (
            self.env._("Monday"),
            self.env._("Tuesday"),
            self.env._("Wednesday"),
            self.env._("Thursday"),
            self.env._("Friday"),
            self.env._("Saturday"),
            self.env._("Sunday"),
        )

    @api.model
    def _tell_reasons(self, reasons, currency):
        """Reasons in words.

        :param list reasons: as stored in ``risk_reasons``
        :return: list of dicts: label, value, usual, effect (log-odds), odds (factor as text), width (percent of the
            strongest)
        """
        labels = self._get_labels()
        strongest = max((abs(reason["effect"]) for reason in reasons), default=1)
        return [
            {
                "label": labels.get(reason["name"], reason["name"]),
                "value": self._tell_value(reason["name"], reason["value"], currency),
                "usual": self._tell_value(reason["name"], reason["usual"], currency),
                "effect": reason["effect"],
                "odds": f"× {2.718281828 ** reason['effect']:.2f}",
                "width": round(100 * abs(reason["effect"]) / strongest),
            }
            for reason in reasons
        ]
