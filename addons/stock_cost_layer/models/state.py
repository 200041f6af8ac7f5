from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import METHODS, ZERO, add, pack, unpack


class CostState(models.Model):
    """Where the units of one product went and what they cost, by the company's method: what the log has become so far.

    Derived: `_rebuild` makes the same from the log. One row is locked per product, so events of one product are
    costed in the order of the log, and others do not wait.
    """

    _name = "cost.state"
    _description = "Cost State of a Product"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", required=True, ondelete="restrict")
    data = fields.Json()

    _product_uniq = models.Constraint("UNIQUE(company_id, product_id)", "A product has one cost state.")

    @api.model
    def _lock(self, company, product_ids):
        """The states of products, new ones included, held until the transaction ends."""
        rows = [(company.id, product_id) for product_id in sorted(product_ids)]
        if not rows:
            return self.browse()
        self.env.cr.execute_values(
            "INSERT INTO cost_state (company_id, product_id) VALUES %s ON CONFLICT DO NOTHING", rows
        )
        found = self.env.execute_query(
            SQL(
                "SELECT id FROM cost_state WHERE company_id = %s AND product_id IN %s ORDER BY product_id FOR UPDATE",
                company.id,
                tuple(product_ids),
            )
        )
        return self.browse(row[0] for row in found)

    @api.model
    def _load_all(self, company):
        """All states of a company as its method of the engine."""
        return self.search([("company_id", "=", company.id)])._load(company)

    def _load(self, company):
        """The states as the company's method of the engine."""
        method = METHODS[company.cost_layer_method]()
        for state in self:
            if state.data:
                unpack(method, state.product_id.id, state.data)
        return method

    def _apply(self, events):
        """Cost new events, keep the states, show them as layers and post what moved."""
        if not events:
            return
        method = self._load(self.company_id)
        expensed = {event.id: method.apply(event) for event in events}
        self._save(method)
        self.env["cost.posting"]._post(self.company_id, events, expensed)

    def _save(self, method):
        for state in self:
            if state.product_id.id in method.products:
                state.data = pack(method, state.product_id.id)
        self.env["cost.layer"]._show(self.company_id, method)

    @api.model
    def _rebuild(self, company):
        """Replay the company's whole log by its method, from zero.

        :return: the method of the engine
        """
        events = self.env["cost.event"].search([("company_id", "=", company.id)], order="id")
        states = self._lock(company, events.product_id.ids)
        states.data = False
        method = self._replay(company, company.cost_layer_method)
        states._save(method)
        return method

    @api.model
    def _replay(self, company, name, product_ids=None, until=None):
        """Replay the log by any method, without keeping anything.

        :param str name: of the method
        :param product_ids: products, all by default
        :param date until: last day that counts, no limit by default
        """
        domain = Domain("company_id", "=", company.id)
        if product_ids is not None:
            domain &= Domain("product_id", "in", list(product_ids))
        if until:
            domain &= Domain("day", "<=", until)
        method = METHODS[name]().replay(self.env["cost.event"].search(domain, order="id")._to_engine())
        closed = until or company._get_cost_closed_day()
        if closed and name == "monthly":
            method.close(closed)
        return method

    @api.model
    def _get_sources(self, events):
        """Ids of all events that costs of these come from, these included."""
        states = self.search([("product_id", "in", events.product_id.ids), ("company_id", "in", events.company_id.ids)])
        earlier = {}
        for state in states:
            for node, later, *_values in (state.data or {}).get("links", ()):
                earlier.setdefault(later, []).append(node)
        found, todo = set(), [*events.ids, *events.origin_id.ids]
        while todo:
            node = todo.pop()
            if node not in found:
                found.add(node)
                todo += earlier.get(node, ())
        late = self.env["cost.event"].search([("origin_id", "in", list(found)), ("kind", "=", "cost")])
        return sorted(found | set(late.ids))

    @api.model
    def _get_difference(self, company):
        """What a replay from zero has otherwise than the states: ``{product id: (state, replay)}``, empty when true."""
        fresh = self._replay(company, company.cost_layer_method)
        kept = self._load_all(company)
        return {
            product: (pack(kept, product) if product in kept.products else None, pack(fresh, product))
            for product in fresh.products
            if product not in kept.products or pack(kept, product) != pack(fresh, product)
        }

    @api.model
    def _get_capitalised(self, company):
        """What the states hold beyond purchase, in whole numbers of the currency's smallest unit."""
        method = self._load_all(company)
        total = ZERO
        for _units, amounts in method.values().values():
            total = add(total, amounts)
        return sum(total[1:])
