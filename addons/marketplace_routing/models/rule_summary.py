from odoo import api, models
from odoo.models import MAGIC_COLUMNS
from odoo.tools import format_list


class MarketplaceRoutingRule(models.Model):
    """A rule in one sentence."""

    _inherit = "marketplace.routing.rule"

    @api.depends(
        lambda self: [name for name, field in self._fields.items() if field.store and name not in MAGIC_COLUMNS]
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        for rule in self:
            conditions = rule._describe_conditions()
            condition = format_list(self.env, conditions) if conditions else self.env._("every order")
            actions = rule._describe_actions() or [self.env._("nothing yet")]
            rule.summary = self.env._(
                "%(conditions)s → %(actions)s",
                conditions=condition[:1].upper() + condition[1:],
                actions=", ".join(actions),
            )

    def _list(self, records):
        return format_list(self.env, records.mapped("display_name"), "or")

    # === CONDITIONS === #

    def _describe_conditions(self):
        """Conditions in words, in the order of the form."""
        found = [
            self.shop_ids and self.env._("shop is %s", self._list(self.shop_ids)),
            self.provider and self.env._("marketplace is %s", dict(self._get_providers()).get(self.provider)),
            self.country_ids and self.env._("country is %s", self._list(self.country_ids)),
            self.country_group_ids and self.env._("country belongs to %s", self._list(self.country_group_ids)),
            self.state_ids and self.env._("state is %s", self._list(self.state_ids)),
            self.postcodes and self.env._("postcode is %s", self.postcodes),
            self._describe_range(
                self.env._("weight"), self.weight_min, self.weight_max, lambda kg: self.env._("%g kg", kg)
            ),
            self._describe_range(self.env._("value"), self.value_min, self.value_max, self.currency_id.format),
            self._describe_goods(),
            self.tag_ids and self.env._("order has the tag %s", self._list(self.tag_ids)),
            self.buyer == "business" and self.env._("buyer is a business"),
            self.buyer == "private" and self.env._("buyer is private"),
            self._describe_due(),
            self.service_level and self.env._("service contains '%s'", self.service_level),
            self._describe_stock(),
        ]
        return [words for words in found if words]

    def _describe_range(self, name, low, high, show):
        if low and high:
            return self.env._("%(what)s from %(low)s to %(high)s", what=name, low=show(low), high=show(high))
        if high:
            return self.env._("%(what)s up to %(high)s", what=name, high=show(high))
        return self.env._("%(what)s from %(low)s", what=name, low=show(low)) if low else ""

    def _describe_goods(self):
        names = [*self.product_ids.mapped("display_name"), *self.category_ids.mapped("display_name")]
        if not names:
            return ""
        goods = format_list(self.env, names, "or")
        return {
            "any": self.env._("a line is %s", goods),
            "all": self.env._("all lines are %s", goods),
            "none": self.env._("no line is %s", goods),
        }[self.product_match]

    def _describe_due(self):
        if not self.due_hours:
            return ""
        if self.due_by == "deliver":
            return self.env._("to be delivered within %g hours", self.due_hours)
        return self.env._("to be shipped within %g hours", self.due_hours)

    def _describe_stock(self):
        if not self.stock_warehouse_ids:
            return ""
        places = self._list(self.stock_warehouse_ids)
        return {
            "all": self.env._("%s has everything", places),
            "any": self.env._("%s has something", places),
            "none": self.env._("%s has nothing", places),
        }[self.stock_match]

    # === ACTIONS === #

    def _describe_actions(self):
        """Actions in words: where it ships from first."""
        found = [
            self._describe_ship_from(),
            self.ship_from and self.split == "short" and self.env._("split if no warehouse has everything"),
            self.ship_from and self.split == "free" and self.env._("split line by line"),
            self.keep_promise and self.env._("only if it arrives in time"),
            self.ship_from and self.when_short == "wait" and self.env._("wait for stock"),
            self.ship_from and self.when_short == "fallback" and self.env._("else '%s'", self.fallback_id.name),
            self.carrier_id and self.env._("by %s", self.carrier_id.name),
            self.merge and self.env._("merge the buyer's orders"),
            self.hold and self.env._("hold: %s", self.hold_note or self.name),
            self.add_tag_ids and self.env._("tag %s", ", ".join(self.add_tag_ids.mapped("name"))),
            self.note and self.env._("note '%s'", self.note),
            self.stop and self.env._("stop here"),
        ]
        return [words for words in found if words]

    def _describe_ship_from(self):
        names = self._get_warehouses().mapped("name")
        if not self.ship_from:
            return ""
        if self.ship_from == "warehouse":
            return self.env._("ship from %s", ", ".join(names))
        if self.ship_from == "ranked":
            return self.env._("ship from the first with stock: %s", " › ".join(names))
        text = {
            "nearest": self.env._("ship from the nearest with stock"),
            "cheapest": self.env._("ship with the cheapest freight"),
            "fewest": self.env._("ship in the fewest parcels"),
        }[self.ship_from]
        return self.env._("%(what)s among %(warehouses)s", what=text, warehouses=", ".join(names)) if names else text
