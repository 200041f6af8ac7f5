from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Command

from ..engine import Router
from .quick_insert import insert_records


class MarketplaceRouter(models.AbstractModel):
    """Decides where orders ship from. This part lets the rules decide, stores why, and does it."""

    _inherit = "marketplace.router"

    @api.model
    def _route(self, orders):
        """Give merchant orders their warehouses and carriers by the rule set that is switched on.

        Without one, orders stay with their shop's own warehouse. Call it before the transfers exist. Two imports at the
        same moment may promise the last unit twice here; reservation gives it to one and holds the other.

        :param orders: sale orders, drafts or confirmed
        :return: :model:`marketplace.routing.decision`
        """
        merchant = orders.filtered(lambda order: order.marketplace_fulfilment == "merchant")
        result = self.env["marketplace.routing.decision"]
        for router, ruleset, company_orders in self._group_by_ruleset(merchant):
            result |= router._route_by(ruleset, company_orders)
        return result

    @api.model
    def _group_by_ruleset(self, orders):
        """Orders with the rule set that is switched on in their company; those of companies without one are left out.

        :return: yields ``(router, rule set, orders)``, all in the company and with the rights to decide
        """
        rulesets = self.env["marketplace.routing.ruleset"]._find_active(orders.company_id)
        for company, company_orders in orders.grouped("company_id").items():
            if company in rulesets:
                router = self.sudo().with_company(company)
                yield router, rulesets[company].with_env(router.env), company_orders.with_env(router.env)

    def _route_by(self, ruleset, orders):
        facts = self._prepare_facts(orders)
        if not facts:
            return self.env["marketplace.routing.decision"]
        decided = self._decide(ruleset, facts)
        decisions = self._create_decisions(ruleset, decided)
        self._apply(decided)
        return decisions

    # === DECIDE === #

    @api.model
    def _decide(self, ruleset, facts, stock=None):
        """Let a rule set decide orders, in their order, without storing anything.

        :param list facts: :class:`~..engine.OrderFacts` of one company
        :param stock: :class:`~..engine.Stock`, by default what can be promised now
        :return: list of :class:`~..engine.Decision`
        """
        rules = ruleset._get_engine()
        warehouse_ids = set(rules.warehouse_ids).union(*(order.warehouse_ids for order in facts))
        warehouses = self.env["stock.warehouse"].browse(warehouse_ids)
        book = self.env["marketplace.rate.book"]._load(ruleset.company_id)
        router = Router(
            rules,
            self._load_stock(facts, warehouses) if stock is None else stock,
            book if book.carrier_ids else None,
            self._prepare_geography(warehouses),
            self._load_fulfilment_ids(),
            self._load_joined(rules, facts, ruleset.merge_hours),
        )
        return [router.decide(order) for order in facts]

    @api.model
    def _load_fulfilment_ids(self):
        """Warehouses that belong to a marketplace."""
        shops = self.env["marketplace.shop"].sudo().with_context(active_test=False)
        return shops.search([("fulfilment_warehouse_id", "!=", False)]).fulfilment_warehouse_id.ids

    # === STORE === #

    @api.model
    def _create_decisions(self, ruleset, decided):
        """Store decisions, in one query.

        :param list decided: :class:`~..engine.Decision`
        """
        now = fields.Datetime.now()
        Decision = self.env["marketplace.routing.decision"]
        vals_list = [Decision._prepare_vals(ruleset, decision, now) for decision in decided]
        decisions = insert_records(Decision, vals_list)
        orders = self.env["sale.order"].browse(vals["order_id"] for vals in vals_list)
        orders.invalidate_recordset(["routing_decision_ids"], flush=False)
        orders.modified(["routing_decision_ids"])
        return decisions

    # === DO === #

    @api.model
    def _apply(self, decided):
        """Do what was decided: writes are grouped, and only what changes is written."""
        Order = self.env["sale.order"]
        pairs = [(Order.browse(decision.facts.order_id), decision) for decision in decided]
        self._apply_warehouses(pairs)
        self._apply_tags(pairs)
        self._apply_holds(pairs)

    def _apply_warehouses(self, pairs):
        warehouses, carriers, routed = defaultdict(list), defaultdict(list), defaultdict(list)
        for order, decision in pairs:
            main_id = decision.main_warehouse_id
            if order.warehouse_id.id != main_id:
                warehouses[main_id].append(order.id)
            carrier_id = self._get_order_carrier(decision)
            if carrier_id and order.carrier_id.id != carrier_id:
                carriers[carrier_id].append(order.id)
            for shipment in decision.option.shipments:
                if shipment.warehouse_id != main_id:
                    routed[shipment.warehouse_id] += [line.line_id for line in shipment.lines]
        self._clear_lines([order for order, _decision in pairs])
        for warehouse_id, order_ids in warehouses.items():
            self.env["sale.order"].browse(order_ids).write({"warehouse_id": warehouse_id})
        for carrier_id, order_ids in carriers.items():
            self.env["sale.order"].browse(order_ids).write({"carrier_id": carrier_id})
        for warehouse_id, line_ids in routed.items():
            self.env["sale.order.line"].browse(line_ids).write({"routed_warehouse_id": warehouse_id})

    def _clear_lines(self, orders):
        """Forget an earlier split."""
        orders = self.env["sale.order"].concat(*orders)
        orders.order_line.filtered("routed_warehouse_id").write({"routed_warehouse_id": False})

    def _get_order_carrier(self, decision):
        """Carrier of the main shipment; those of other shipments are on their transfers."""
        main_id = decision.main_warehouse_id
        [main] = [shipment for shipment in decision.option.shipments if shipment.warehouse_id == main_id]
        return decision.get_carrier(main)

    def _apply_tags(self, pairs):
        groups = defaultdict(list)
        for order, decision in pairs:
            if decision.tag_ids:
                groups[decision.tag_ids].append(order.id)
        for tag_ids, order_ids in groups.items():
            commands = [Command.link(tag_id) for tag_id in tag_ids]
            self.env["sale.order"].browse(order_ids).write({"tag_ids": commands})

    def _apply_holds(self, pairs):
        groups = defaultdict(list)
        for order, decision in pairs:
            if decision.hold is not None:
                groups[decision.hold].append(order.id)
        for note, order_ids in groups.items():
            self.env["sale.order"].browse(order_ids)._hold("routing", note)
