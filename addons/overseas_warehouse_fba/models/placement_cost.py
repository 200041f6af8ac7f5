from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.addons.marketplace.contract import share

KEY = "fba.placement"


class FbaInbound(models.Model):
    """The fees of the chosen placement are a cost of the goods that left for Amazon, where goods are costed in layers.

    The addon works without those layers; the log of costs is never rewritten, so only differences are added to it.
    """

    _inherit = "fba.inbound"

    def write(self, vals):
        """Override of `base`: fees of arranged plans are handed over, those of withdrawn ones taken back."""
        result = super().write(vals)
        if vals.get("state") in ("arranged", "cancelled"):
            self._log_placement_cost()
        return result

    def _log_placement_cost(self):
        """Put on the goods that have left what their placement costs; running it again adds nothing."""
        if "cost.event" not in self.env:
            return
        plans = self.sudo()
        domain = [("move_id", "in", plans._get_departed().ids), ("kind", "!=", "cost")]
        known = self.env["cost.event"].sudo().search(domain).move_id
        allocations = [allocation for plan in plans for allocation in plan._prepare_placement_costs(known)]
        if allocations:
            self.env["cost.event"].sudo()._add_cost(allocations)

    def _get_departed(self):
        """Done moves of the plans' goods on their way to Amazon."""
        moves = self.notice_ids.departure_id.move_ids
        products = self.notice_ids.carton_ids.line_ids.product_id
        return moves.filtered(lambda move: move.state == "done" and move.product_id in products)

    def _prepare_placement_costs(self, known):
        """What each move bears more or less than the log has, as `cost.event` takes it.

        :param known: moves that the log of costs has
        """
        moves = self._get_departed() & known
        logged, times = self._get_logged_placement(moves)
        cost = Decimal(str(self.placement_cost)) if self.state == "arranged" else Decimal(0)
        weights = [Decimal(str(move.quantity)) for move in moves]
        shares = share(cost, weights, Decimal(str(self.currency_id.rounding)))
        return [
            {
                "move": move,
                "component": "other",
                "amount": amount - logged[move.id],
                "currency": self.currency_id,
                "date": fields.Date.context_today(self),
                "source": self.env._("Placement at Amazon: %s", self.reference),
                "key": f"{KEY}/{self.id}/{times + 1}/{move.id}",
            }
            for move, amount in zip(moves, shares, strict=True)
            if amount != logged[move.id]
        ]

    def _get_logged_placement(self, moves):
        """``({move id: Decimal of the log}, how often something was added)``."""
        logged, times = defaultdict(Decimal), 0
        domain = [("move_id", "in", moves.ids), ("kind", "=", "cost"), ("key", "=like", f"{KEY}/{self.id}/%")]
        for event in self.env["cost.event"].sudo().search(domain):
            logged[event.move_id.id] += Decimal(str(event.other))
            times = max(times, int(event.key.split("/")[2]))
        return logged, times


class OverseasInbound(models.Model):
    _inherit = "overseas.inbound"

    def write(self, vals):
        """Override of `base`: goods that leave after their plan was arranged bear its fees."""
        result = super().write(vals)
        if vals.get("departure_id"):
            self.fba_inbound_id._log_placement_cost()
        return result


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _action_done(self):
        """Override of `stock`: goods that leave after their plan was arranged bear its fees."""
        result = super()._action_done()
        if departures := self.filtered(lambda picking: picking.location_dest_id.usage == "transit"):
            notices = self.env["overseas.inbound"].sudo().search([("departure_id", "in", departures.ids)])
            notices.fba_inbound_id._log_placement_cost()
        return result
