from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import METHODS, TRACED, ZERO, add, dump, empty, load, needed, pack, unpack


class CostState(models.Model):
    """What of one product lies in warehouses and travels, and what it cost, by the company's method.

    Derived, like `cost.node` and `cost.link`, which tell where all other units went, and `cost.flow`, which says how it
    came to that: `_rebuild` makes the same from the log. One row is locked per product, so events of one product are
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

    def _read_rows(self, company, events=None):
        """The states as the engine's rows, with the nodes that events reach, or with all."""
        rows = empty()
        for state in self:
            if state.data:
                unpack(rows, state.product_id.id, state.data)
        seeds, holders = (None, ()) if events is None else needed(rows, events)
        self.env["cost.node"]._read_rows(rows, company, self.product_id.ids, seeds, holders)
        return rows

    def _apply(self, events):
        """Cost new events, keep the states, show them as layers and post what moved."""
        if not events:
            return
        company = self.company_id
        rows = self._read_rows(company, events)
        method = load(TRACED[company.cost_layer_method](), rows)
        expensed = {event.id: method.apply(event) for event in events}
        self._save(company, method, rows)
        self.env["cost.posting"]._post(company, events, expensed)

    def _close_month(self, company, day):
        """Give a month of the monthly average its last word; returns what that moved to cost of sales."""
        rows = self._read_rows(company)
        method = load(TRACED["monthly"](), rows)
        moved = ZERO
        for amounts in method.close(day).values():
            moved = add(moved, amounts)
        self._save(company, method, rows)
        return moved

    def _save(self, company, method, before):
        """Keep what a traced method holds, as far as it is otherwise than the rows before, and how it came to that."""
        after = dump(method)
        data, old = pack(after), pack(before)
        for state in self:
            product = state.product_id.id
            if product in data and data[product] != old.get(product):
                state.data = data[product]
        self.env["cost.node"]._write_rows(company, before, after)
        self.env["cost.layer"]._show(company, method)
        self.env["cost.flow"]._add(company, method.flows())

    @api.model
    def _rebuild(self, company):
        """Replay the company's whole log by its method, from zero.

        :return: the method of the engine
        """
        events = self.env["cost.event"].search([("company_id", "=", company.id)], order="id")
        states = self._lock(company, events.product_id.ids)
        states.data = False
        self.env["cost.node"]._forget(company)
        self.env["cost.flow"]._forget(company)
        method = self._replay(company, company.cost_layer_method, methods=TRACED)
        states._save(company, method, empty())
        return method

    @api.model
    def _replay(self, company, name, product_ids=None, until=None, methods=METHODS):
        """Replay the log by any method, without keeping anything.

        :param str name: of the method
        :param product_ids: products, all by default
        :param date until: last day that counts, no limit by default
        :param dict methods: `METHODS`, or `TRACED` to note the flows as well
        """
        domain = Domain("company_id", "=", company.id)
        if product_ids is not None:
            domain &= Domain("product_id", "in", list(product_ids))
        if until:
            domain &= Domain("day", "<=", until)
        method = methods[name]().replay(self.env["cost.event"].search(domain, order="id")._to_engine())
        closed = until or company._get_cost_closed_day()
        if closed and name == "monthly":
            method.close(closed)
        return method

    @api.model
    def _get_sources(self, events):
        """Ids of all events that costs of these come from, these included."""
        found = self.env["cost.node"]._get_sources([*events.ids, *events.origin_id.ids])
        late = self.env["cost.event"].search([("origin_id", "in", list(found)), ("kind", "=", "cost")])
        return sorted(found | set(late.ids))

    @api.model
    def _get_difference(self, company):
        """What a replay from zero has otherwise than what is kept: ``{key: (kept, replay)}``, empty when true."""
        fresh = dump(self._replay(company, company.cost_layer_method))
        kept = self.search([("company_id", "=", company.id)])._read_rows(company)
        return {
            key: (there.get(key), now.get(key))
            for there, now in zip(kept, fresh, strict=True)
            for key in {**there, **now}
            if there.get(key) != now.get(key)
        }

    @api.model
    def _get_capitalised(self, company):
        """What the states hold beyond purchase, in whole numbers of the currency's smallest unit."""
        rows = self.search([("company_id", "=", company.id)])._read_rows(company, ())
        total = ZERO
        for _units, amounts in load(METHODS[company.cost_layer_method](), rows).values().values():
            total = add(total, amounts)
        return sum(total[1:])
