from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import COMPONENTS, UNIT, Reason


class CostFlow(models.Model):
    """What one event did to the units and the value of a product in one place, by the company's method.

    Derived from the log like `cost.node`; the flows of a place add up to its layers. Statements of stock are made of
    them.
    """

    _name = "cost.flow"
    _inherit = ["cost.amounts"]
    _description = "Flow of Cost"
    _log_access = False
    _order = "id"
    _rec_name = "event_id"

    event_id = fields.Many2one(
        "cost.event", ondelete="restrict", index="btree_not_null", readonly=True, help="Empty: the closing of a month."
    )
    day = fields.Date(required=True, readonly=True)
    product_id = fields.Many2one("product.product", required=True, ondelete="restrict", readonly=True)
    place_id = fields.Many2one("stock.location", required=True, ondelete="restrict", readonly=True)
    reason = fields.Selection(
        [
            (Reason.MOVE, "Movement"),
            (Reason.TAIL, "Rounding"),
            (Reason.SHORTAGE, "Left Before It Came"),
            (Reason.COST, "Late Cost"),
        ],
        required=True,
        readonly=True,
    )
    quantity = fields.Float(digits=(16, 6), readonly=True)

    _place_idx = models.Index("(place_id, product_id)")

    @api.model
    def _add(self, company, flows):
        """Keep flows of the engine, in one statement.

        :param list flows: of :class:`~..engine.Flow`
        """
        if not flows:
            return
        digits = company.currency_id.decimal_places
        self.env.cr.execute_values(
            f"""INSERT INTO cost_flow (company_id, event_id, day, product_id, place_id, reason, quantity, value,
                                       {", ".join(COMPONENTS)}) VALUES %s""",
            [
                (company.id, flow.event, flow.day, flow.product, flow.place, flow.reason, flow.units / UNIT)
                + tuple(Decimal(amount).scaleb(-digits) for amount in (sum(flow.amounts), *flow.amounts))
                for flow in flows
            ],
            page_size=len(flows),
        )
        self.invalidate_model(flush=False)

    @api.model
    def _forget(self, company):
        """Delete all of a company, before it is made anew from the log."""
        self.env.execute_query(SQL("DELETE FROM cost_flow WHERE company_id = %s RETURNING 1", company.id))
