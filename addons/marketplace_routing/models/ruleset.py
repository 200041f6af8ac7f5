from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import ormcache

from ..engine import RuleLoop, RuleSet, find_shadowed


class MarketplaceRoutingRuleset(models.Model):
    """An ordered set of rules that says where orders ship from.

    A set is written and tried as a draft. Switched on, it decides every new order of its company and can no longer be
    changed, so that its decisions can always be explained by it; a change starts as a duplicate.
    """

    _name = "marketplace.routing.ruleset"
    _description = "Routing Rule Set"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, readonly=True
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Switched On"), ("archived", "Archived")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        help="Only the set that is switched on decides orders. A company has one at a time.",
    )
    merge_hours = fields.Integer(
        "Merge Within (Hours)",
        required=True,
        default=48,
        help="Where a rule merges orders of a buyer: an order joins the open parcel of an earlier one that came at "
        "most so many hours before it. 0: only orders that arrive together.",
    )
    rule_ids = fields.One2many("marketplace.routing.rule", "ruleset_id", string="Rules", copy=True)
    activated_at = fields.Datetime("Switched On At", readonly=True, copy=False)
    rule_count = fields.Integer("Number of Rules", compute="_compute_rule_count")
    decision_count = fields.Integer("Orders Decided", compute="_compute_decision_count")
    warning = fields.Text("Check", compute="_compute_warning", help="What is allowed, but probably not meant.")

    _active_uniq = models.UniqueIndex(
        "(company_id) WHERE state = 'active'", "Another rule set of this company was switched on at the same moment."
    )

    # === COMPUTE METHODS === #

    @api.depends("rule_ids")
    def _compute_rule_count(self):
        for ruleset in self:
            ruleset.rule_count = len(ruleset.rule_ids)

    def _compute_decision_count(self):
        counts = dict(
            self.env["marketplace.routing.decision"]._read_group(
                [("ruleset_id", "in", self.ids)], ["ruleset_id"], ["__count"]
            )
        )
        for ruleset in self:
            ruleset.decision_count = counts.get(ruleset, 0)

    @api.depends("rule_ids.warning")
    def _compute_warning(self):
        for ruleset in self:
            rules = ruleset.rule_ids.filtered("warning")
            ruleset.warning = "\n".join(f"{rule.name}: {rule.warning}" for rule in rules) or False

    # === CHECKS === #

    @api.constrains("merge_hours")
    def _check_merge_hours(self):
        if any(ruleset.merge_hours < 0 for ruleset in self):
            raise ValidationError(self.env._("The hours within which orders are merged cannot be negative."))

    def _check_complete(self):
        """What may be missing while a set is written, but not when it is switched on or tried.

        :raise ValidationError: a rule does nothing, or there is none
        """
        for ruleset in self:
            if not ruleset.rule_ids:
                raise ValidationError(self.env._("%s has no rules yet. Add one first.", ruleset.name))
            for rule in ruleset.rule_ids:
                if not rule._does_something():
                    raise ValidationError(
                        self.env._(
                            "The rule '%s' does nothing yet. Say where its orders ship from, or what it adds.",
                            rule.name,
                        )
                    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for ruleset in self:
            if ruleset.state == "active" or ruleset.decision_count:
                raise UserError(
                    self.env._(
                        "%s has decided orders, which refer to its rules. Archive it instead of deleting it.",
                        ruleset.name,
                    )
                )

    # === LIFE === #

    def copy(self, default=None):
        """Override of `base`: the fallbacks of the copied rules are copied rules."""
        copies = super().copy(default)
        for ruleset, duplicate in zip(self, copies, strict=True):
            copy_by_rule = dict(zip(ruleset.rule_ids, duplicate.rule_ids, strict=True))
            for rule, copied in copy_by_rule.items():
                if rule.fallback_id:
                    copied.write({"fallback_id": copy_by_rule[rule.fallback_id].id, "when_short": "fallback"})
        return copies

    def copy_data(self, default=None):
        """Override of `base`: the copy says that it is one."""
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for ruleset, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%s (copy)", ruleset.name)
        return vals_list

    def action_switch_on(self):
        """Let this set decide new orders from now on, instead of the one that did."""
        self.ensure_one()
        self._check_complete()
        former = self.search([("company_id", "=", self.company_id.id), ("state", "=", "active"), ("id", "!=", self.id)])
        former.state = "archived"
        # One may be active at a time, so the database must know it in this order.
        former.flush_recordset(["state"])
        self.write({"state": "active", "activated_at": fields.Datetime.now()})
        # An archived set may have been switched on before, with other members of its country groups.
        self.env.registry.clear_cache()

    def action_switch_off(self):
        """Archive the sets; without one that is switched on, each shop's own warehouse ships."""
        self.state = "archived"

    def action_duplicate_to_draft(self):
        """Copy the set to change it."""
        self.ensure_one()
        return self.copy()._get_records_action()

    def action_view_decisions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_routing.action_decision")
        action.update({"domain": [("ruleset_id", "=", self.id)], "context": {}})
        return action

    # === PLAIN RULES === #

    @api.model
    def _find_active(self, companies):
        """The sets that are switched on.

        :return: ``{company: rule set}``
        """
        found = self.sudo().search([("state", "=", "active"), ("company_id", "in", companies.ids)])
        return {ruleset.company_id: ruleset for ruleset in found}

    def _get_engine(self):
        """The set as the engine knows it, kept in memory while it is switched on: its rules cannot change then."""
        self.ensure_one()
        return self._keep_engine() if self.state == "active" else self._prepare_engine()

    @ormcache("self.id")
    def _keep_engine(self):
        return self._prepare_engine()

    def _prepare_engine(self):
        """The set as the engine knows it.

        :return: :class:`~..engine.RuleSet`
        :raise ValidationError: fallbacks go in a circle
        """
        self.ensure_one()
        try:
            return RuleSet(self.rule_ids._prepare_plain())
        except RuleLoop as loop:
            raise ValidationError(
                self.env._(
                    "These rules hand their orders on in a circle: %s. Choose another fallback for one of them.",
                    " → ".join(loop.names),
                )
            ) from loop

    def _find_shadowed(self):
        """Rules that never come into play.

        :return: ``{rule: the earlier rule that takes all their orders}``
        """
        self.ensure_one()
        Rule = self.env["marketplace.routing.rule"]
        found = find_shadowed(self._prepare_engine())
        return {Rule.browse(rule_id): Rule.browse(earlier.id) for rule_id, earlier in found.items()}

    # === EXAMPLES === #

    def action_create_examples(self):
        """A draft with rules that suit the company's warehouses, to start from."""
        ruleset = self.create(
            {
                "name": self.env._("Example Rules"),
                "rule_ids": [Command.create(vals) for vals in self._prepare_example_rules()],
            }
        )
        return ruleset._get_records_action()

    def _prepare_example_rules(self):
        """Values of the example rules, the special cases first."""
        company = self.env.company
        warehouses = self.env["stock.warehouse"].search([("company_id", "=", company.id)])
        shops = self.env["marketplace.shop"].sudo().search([("fulfilment_warehouse_id", "!=", False)])
        served = shops.fulfilment_warehouse_id
        own = warehouses - served
        express = {
            "name": self.env._("Express Leaves Today"),
            "service_level": "express",
            "note": self.env._("Express: pack this order first."),
        }
        valuable = {
            "name": self.env._("Look at Valuable Orders"),
            "value_min": 1000,
            "hold": True,
            "hold_note": self.env._("Valuable order: check address and payment before it leaves."),
        }
        local = [
            {
                "name": self.env._("%(country)s from %(warehouse)s", country=country.name, warehouse=warehouse.name),
                "country_ids": [Command.set(country.ids)],
                "ship_from": "warehouse",
                "warehouse_id": warehouse.id,
            }
            for country, warehouse in self._get_first_warehouses(own)
        ]
        merged = {"name": self.env._("One Parcel per Buyer"), "merge": True}
        nearest = {"name": self.env._("All Others from the Nearest"), "ship_from": "nearest", "split": "short"}
        return [express, valuable, merged, *local, nearest]

    def _get_first_warehouses(self, warehouses):
        """Countries with a warehouse, and the first one in each."""
        by_country = warehouses.grouped(lambda warehouse: warehouse.partner_id.country_id)
        return [(country, found[0]) for country, found in by_country.items() if country]


class ResCountryGroup(models.Model):
    _inherit = "res.country.group"

    def write(self, vals):
        """Override of `base`: rules that name a group mean its countries of today."""
        result = super().write(vals)
        if "country_ids" in vals:
            self.env.registry.clear_cache()
        return result
