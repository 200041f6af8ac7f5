from odoo import api, fields, models

from ..engine import Conditions, Rule


class MarketplaceRoutingRule(models.Model):
    """Orders that meet the conditions ship as this rule says, unless an earlier one decided it."""

    _name = "marketplace.routing.rule"
    _description = "Routing Rule"
    _order = "ruleset_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    ruleset_id = fields.Many2one(
        "marketplace.routing.ruleset", string="Rule Set", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="ruleset_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    ruleset_state = fields.Selection(related="ruleset_id.state", string="State of the Rule Set")
    sequence = fields.Integer(default=10)

    # Conditions
    shop_ids = fields.Many2many("marketplace.shop", string="Shops", check_company=True)
    provider = fields.Selection(selection="_get_providers", string="Marketplace")
    country_ids = fields.Many2many("res.country", string="Countries", help="Country of the delivery address.")
    country_group_ids = fields.Many2many("res.country.group", string="Country Groups", help="E.g. Europe.")
    state_ids = fields.Many2many("res.country.state", string="States")
    postcodes = fields.Char(
        help="Ranges, beginnings and single postcodes with commas between them: 10000-19999, 25*, IV1-IV63."
    )
    weight_min = fields.Float("Weight from", digits="Stock Weight", help="In kg, of the whole order.")
    weight_max = fields.Float("Weight up to", digits="Stock Weight", help="In kg, of the whole order. 0: no limit.")
    value_min = fields.Monetary("Value from", help="Total of the order in the company's currency.")
    value_max = fields.Monetary("Value up to", help="Total of the order in the company's currency. 0: no limit.")
    product_ids = fields.Many2many("product.product", string="Products", check_company=True)
    category_ids = fields.Many2many(
        "product.category", string="Product Categories", help="With all categories below them."
    )
    product_match = fields.Selection(
        [("any", "Any line"), ("all", "All lines"), ("none", "No line")],
        default="any",
        required=True,
        help="How many lines of the order must be of these products or categories.",
    )
    tag_ids = fields.Many2many("crm.tag", "marketplace_routing_rule_tag_rel", string="Order Has Tag")
    buyer = fields.Selection([("business", "Businesses"), ("private", "Private Buyers")], string="Buyers")
    due_hours = fields.Float("Due Within (Hours)", help="Hours from the decision to the promised time. 0: any time.")
    due_by = fields.Selection(
        [("ship", "Ship By"), ("deliver", "Deliver By")], string="Promise", default="ship", required=True
    )
    service_level = fields.Char(
        "Promised Service", help="Part of what the marketplace calls the service, e.g. express. Case does not matter."
    )
    stock_warehouse_ids = fields.Many2many(
        "stock.warehouse",
        "marketplace_routing_rule_stock_rel",
        string="Stock In",
        check_company=True,
        help="Warehouses that are asked for the goods of the order.",
    )
    stock_match = fields.Selection(
        [("all", "One has everything"), ("any", "One has something"), ("none", "None has anything")],
        string="Stock Is",
        default="all",
        required=True,
    )

    # Actions
    ship_from = fields.Selection(
        [
            ("warehouse", "One warehouse"),
            ("ranked", "First of a list with stock"),
            ("nearest", "Nearest with stock"),
            ("cheapest", "Cheapest freight with stock"),
            ("fewest", "Fewest parcels"),
        ],
        help="The first rule that applies and can ship decides it. Empty: the rule only adds what is below.",
    )
    warehouse_id = fields.Many2one("stock.warehouse", check_company=True)
    warehouse_line_ids = fields.One2many(
        "marketplace.routing.rule.warehouse",
        "rule_id",
        string="Warehouses",
        copy=True,
        help="The list in its order. Empty for a strategy: the warehouses whose stock the shop offers.",
    )
    split = fields.Selection(
        [("never", "Never"), ("short", "If no warehouse has everything"), ("free", "Line by line")],
        default="never",
        required=True,
        help="Whether lines may ship from different warehouses. Line by line: each from the best for it.",
    )
    when_short = fields.Selection(
        [("next", "Go on with the next rule"), ("wait", "Wait for stock there"), ("fallback", "Go on with a rule")],
        string="If None Can Ship",
        default="next",
        required=True,
    )
    fallback_id = fields.Many2one(
        "marketplace.routing.rule",
        ondelete="restrict",
        copy=False,
        domain="[('ruleset_id', '=', ruleset_id), ('id', '!=', id), ('ship_from', '!=', False)]",
        help="Its conditions are not asked, only where it ships from and what it adds.",
    )
    fallback_only = fields.Boolean(
        "Only as Fallback", help="This rule is not asked in its turn, only when another one goes on with it."
    )
    use_fulfilment = fields.Boolean(
        "Use Stock at Marketplaces",
        help="Else stock that a marketplace keeps and ships (FBA and its like) is kept for its own orders.",
    )
    keep_promise = fields.Boolean(
        "Only If It Arrives in Time", help="Refuse what every carrier of the rate tables delivers too late."
    )
    carrier_id = fields.Many2one("delivery.carrier", string="Carrier and Service", check_company=True)
    merge = fields.Boolean(
        "Merge Orders of a Buyer", help="Orders of one buyer to one address leave together, in one parcel."
    )
    merge_hours = fields.Integer(related="ruleset_id.merge_hours", help="It is set on the rule set, for all its rules.")
    hold = fields.Boolean(help="A person has to look at the order before it is shipped.")
    hold_note = fields.Char("Why It Is Held")
    add_tag_ids = fields.Many2many("crm.tag", "marketplace_routing_rule_add_tag_rel", string="Add Tags")
    note = fields.Char("Note for the Warehouse", help="Printed on the transfer.")
    stop = fields.Boolean("Stop Here", help="No later rule is asked, once this one has done its work.")

    summary = fields.Char(compute="_compute_summary")
    warning = fields.Char(compute="_compute_warning")

    @api.model
    def _get_providers(self):
        return self.env["marketplace.account"]._fields["provider"]._description_selection(self.env)

    def copy_data(self, default=None):
        """Override of `base`: whoever copies a set gives the copied rules their own fallbacks."""
        vals_list = super().copy_data(default)
        for vals in vals_list:
            if vals.get("when_short") == "fallback":
                vals["when_short"] = "next"
        return vals_list

    # === WARNINGS === #

    @api.depends("ruleset_id.rule_ids.summary", "ruleset_id.rule_ids.sequence")
    def _compute_warning(self):
        """What is allowed, but probably not meant."""
        shops = self.env["marketplace.shop"].sudo().search([("fulfilment_warehouse_id", "!=", False)])
        served = shops.fulfilment_warehouse_id
        shadowed = {}
        for ruleset in self.ruleset_id:
            shadowed.update(ruleset._origin._find_shadowed() if ruleset._origin else {})
        for rule in self:
            rule.warning = rule._get_warning(shadowed.get(rule._origin), served)

    def _get_warning(self, earlier, served):
        if earlier:
            return self.env._("Never comes into play: '%s' takes all its orders before.", earlier.name)
        warehouses = self._get_warehouses()
        if warehouses and warehouses <= served and not self.use_fulfilment:
            return self.env._("Cannot ship: the stock of its warehouses is kept for their marketplace.")
        if self.fallback_only and self not in self.ruleset_id.rule_ids.fallback_id:
            return self.env._("Never comes into play: no rule goes on with it.")
        return False

    def _does_something(self):
        """Whether a rule has any effect, if only that no later one is asked."""
        self.ensure_one()
        return bool(
            self.ship_from or self.carrier_id or self.merge or self.hold or self.add_tag_ids or self.note or self.stop
        )

    # === PLAIN RULES === #

    def _get_countries(self):
        """Countries that the rule names, itself or by their groups."""
        return self.country_ids | self.country_group_ids.country_ids

    def _get_warehouses(self):
        """Warehouses to choose from, in their order; none: those of the shop."""
        if self.ship_from == "warehouse":
            return self.warehouse_id
        return self.warehouse_line_ids.sorted(lambda line: (line.sequence, line._origin.id)).warehouse_id

    def _prepare_plain(self):
        """The rules as the engine knows them.

        :return: list of :class:`~..engine.Rule`
        """
        return [
            Rule(
                id=rule.id,
                name=rule.name,
                conditions=rule._prepare_conditions(),
                strategy="ranked" if rule.ship_from == "warehouse" else rule.ship_from or "",
                warehouse_ids=tuple(rule._get_warehouses().ids) if rule.ship_from else (),
                split=rule.split,
                when_short=rule.when_short,
                fallback_id=rule.fallback_id.id,
                fallback_only=rule.fallback_only,
                use_fulfilment=rule.use_fulfilment,
                keep_promise=rule.keep_promise,
                carrier_id=rule.carrier_id.id or None,
                merge=rule.merge,
                hold=(rule.hold_note or rule.name) if rule.hold else None,
                tag_ids=tuple(rule.add_tag_ids.ids),
                note=rule.note or "",
                stop=rule.stop,
            )
            for rule in self.sorted("sequence, id")
        ]

    def _prepare_conditions(self):
        self.ensure_one()
        return Conditions(
            shop_ids=frozenset(self.shop_ids.ids),
            provider=self.provider or "",
            country_ids=frozenset(self._get_countries().ids),
            state_ids=frozenset(self.state_ids.ids),
            postcodes=self.postcodes or "",
            weight_min=self.weight_min,
            weight_max=self.weight_max,
            value_min=self.value_min,
            value_max=self.value_max,
            product_ids=frozenset(self.product_ids.ids),
            category_ids=frozenset(self.category_ids.ids),
            product_match=self.product_match,
            tag_ids=frozenset(self.tag_ids.ids),
            is_business=None if not self.buyer else self.buyer == "business",
            due_hours=self.due_hours,
            due_delivery=self.due_by == "deliver",
            service_level=self.service_level or "",
            stock_warehouse_ids=frozenset(self.stock_warehouse_ids.ids),
            stock_match=self.stock_match,
        )
