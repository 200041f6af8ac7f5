from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ..engine import find_loop
from ..freight import FreightError, parse_postcodes
from .freight_messages import describe


class MarketplaceRoutingRule(models.Model):
    """What a rule must not be. Each message names the rule, and nothing is changed."""

    _inherit = "marketplace.routing.rule"

    @api.constrains("weight_min", "weight_max", "value_min", "value_max", "due_hours")
    def _check_ranges(self):
        for rule in self:
            if rule.weight_max and rule.weight_min > rule.weight_max:
                raise ValidationError(
                    self.env._(
                        "%(rule)s: the weight from %(low)g kg up to %(high)g kg is upside down.",
                        rule=rule.name,
                        low=rule.weight_min,
                        high=rule.weight_max,
                    )
                )
            if rule.value_max and rule.value_min > rule.value_max:
                raise ValidationError(
                    self.env._(
                        "%(rule)s: the value from %(low)g up to %(high)g is upside down.",
                        rule=rule.name,
                        low=rule.value_min,
                        high=rule.value_max,
                    )
                )
            if min(rule.weight_min, rule.weight_max, rule.value_min, rule.value_max, rule.due_hours) < 0:
                raise ValidationError(self.env._("%s: weights, values and hours cannot be negative.", rule.name))

    @api.constrains("postcodes")
    def _check_postcodes(self):
        for rule in self:
            try:
                parse_postcodes(rule.postcodes)
            except FreightError as error:
                text = describe(self.env, error.code, error.values)
                message = self.env._("%(rule)s: %(problem)s", rule=rule.name, problem=text)
                raise ValidationError(message) from error

    @api.constrains("country_ids", "country_group_ids", "state_ids")
    def _check_states(self):
        for rule in self:
            countries = rule._get_countries()
            strange = rule.state_ids.filtered(lambda state, countries=countries: state.country_id not in countries)
            if countries and strange:
                raise ValidationError(
                    self.env._(
                        "%(rule)s: %(states)s is in none of its countries, so the rule would match nothing.",
                        rule=rule.name,
                        states=", ".join(strange.mapped("display_name")),
                    )
                )

    @api.constrains("shop_ids", "provider")
    def _check_shops(self):
        for rule in self:
            if rule.shop_ids and rule.provider and rule.provider not in rule.shop_ids.mapped("provider"):
                raise ValidationError(
                    self.env._(
                        "%(rule)s: none of its shops is at %(marketplace)s, so the rule would match nothing.",
                        rule=rule.name,
                        marketplace=dict(rule._get_providers())[rule.provider],
                    )
                )

    @api.constrains("ship_from", "warehouse_id", "warehouse_line_ids", "stock_warehouse_ids", "ruleset_id")
    def _check_warehouses(self):
        for rule in self:
            if rule.ship_from == "warehouse" and not rule.warehouse_id:
                raise ValidationError(self.env._("%s: choose the warehouse it ships from.", rule.name))
            if rule.ship_from == "ranked" and not rule.warehouse_line_ids:
                raise ValidationError(self.env._("%s: add the warehouses of the list.", rule.name))
            asked = rule._get_warehouses() | rule.stock_warehouse_ids
            foreign = asked.filtered(lambda warehouse, rule=rule: warehouse.company_id != rule.company_id)
            if foreign:
                raise ValidationError(
                    self.env._(
                        "%(rule)s: %(warehouses)s belongs to another company than the rule set.",
                        rule=rule.name,
                        warehouses=", ".join(foreign.mapped("name")),
                    )
                )

    @api.constrains("when_short", "fallback_id", "ship_from")
    def _check_fallback(self):
        for rule in self.filtered(lambda rule: rule.ship_from and rule.when_short == "fallback"):
            if not rule.fallback_id:
                raise ValidationError(self.env._("%s: choose the rule that it goes on with.", rule.name))
            if rule.fallback_id.ruleset_id != rule.ruleset_id or not rule.fallback_id.ship_from:
                raise ValidationError(
                    self.env._(
                        "%(rule)s: %(fallback)s cannot be its fallback. It must be a rule of the same set that ships.",
                        rule=rule.name,
                        fallback=rule.fallback_id.name,
                    )
                )
        for ruleset in self.ruleset_id:
            rules = ruleset.rule_ids.filtered(lambda rule: rule.ship_from and rule.when_short == "fallback")
            if loop := find_loop({rule.id: rule.fallback_id.id for rule in rules}):
                raise ValidationError(
                    self.env._(
                        "These rules hand their orders on in a circle: %s. Choose another fallback for one of them.",
                        " → ".join(self.browse(loop).mapped("name")),
                    )
                )

    # === ONLY DRAFTS CHANGE === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `base`: only a draft gets rules."""
        rules = super().create(vals_list)
        rules._check_draft()
        return rules

    def write(self, vals):
        """Override of `base`: only rules of a draft change."""
        self._check_draft()
        result = super().write(vals)
        self._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self._check_draft()

    def _check_draft(self):
        for ruleset in self.ruleset_id:
            if ruleset.state != "draft":
                raise UserError(
                    self.env._(
                        "%s is no draft, and its decisions refer to its rules. Choose 'Duplicate to Draft', "
                        "change the copy and switch that on.",
                        ruleset.name,
                    )
                )
