from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.marketplace.contract import share

from .price_sheet import to_decimal

KEY = "first.mile.cost"


@dataclass
class Logged:
    """What the cost log has of a cost.

    :param dict amounts: Decimal in the company's currency by (move id, component)
    :param dict stated: Decimal by (move id, component), then by id of the bill's currency
    :param int revision: how often something was appended
    """

    amounts: dict = field(default_factory=lambda: defaultdict(Decimal))
    stated: dict = field(default_factory=lambda: defaultdict(lambda: defaultdict(Decimal)))
    revision: int = 0


class FirstMileCost(models.Model):
    """Costs in the cost layers: what a product bears is put on the units that left with the shipment.

    The log is never rewritten: each division appends only what differs from what the log has of the cost, so an
    estimate, its bill and every correction of it add up to what is divided now.
    """

    _inherit = "first.mile.cost"

    layer_amount = fields.Monetary(
        "In Cost Layers", compute="_compute_layer_amount", currency_field="company_currency_id",
        help="What the units that left bear of this cost by now. It waits until the shipment has departed.",
    )  # fmt: skip

    @api.depends("share_ids.company_amount", "shipment_id.picking_ids.state")
    def _compute_layer_amount(self):
        logged = self._get_logged(self.shipment_id._get_departed_moves())
        for cost in self:
            cost.layer_amount = float(sum(logged[cost._origin.id].amounts.values(), Decimal(0)))

    def action_allocate(self):
        """Extends the division to the cost layers."""
        result = super().action_allocate()
        self._log_costs()
        return result

    def unlink(self):
        """Override of `base`: what the layers have of the cost is taken back."""
        self._log_costs(forget=True)
        return super().unlink()

    def _log_costs(self, forget=False):
        """Append to the cost log what differs between it and what is divided now.

        :param bool forget: take everything back
        """
        costs = self.filtered("company_id.cost_layer_method")
        departed = costs.shipment_id._get_costed_moves()
        logged = costs._get_logged(departed)
        allocations = []
        for cost in costs:
            wanted = {} if forget else cost._get_wanted(departed.get(cost.shipment_id, {}))
            allocations += cost._prepare_allocations(wanted, logged[cost.id])
        if allocations:
            self._tell_closed(self.env["cost.event"].sudo()._add_cost(allocations))

    @api.model
    def _get_logged(self, departed):
        """What the log has of each cost: :class:`Logged` by cost id.

        :param dict departed: as of `_get_departed_moves`
        """
        move_ids = [move.id for moves in departed.values() for some in moves.values() for move in some]
        domain = [("move_id", "in", move_ids), ("kind", "=", "cost"), ("key", "=like", f"{KEY}/%")]
        logged = defaultdict(Logged)
        for event in self.env["cost.event"].sudo().search(domain):
            cost_id, revision, component = event.key.split("/")[1:4]
            known = logged[int(cost_id)]
            known.amounts[event.move_id.id, component] += to_decimal(event[component])
            known.stated[event.move_id.id, component][event.stated_currency_id.id] += to_decimal(event.stated_amount)
            known.revision = max(known.revision, int(revision))
        return logged

    def _get_wanted(self, moves_by_product):
        """What each departed move shall bear: ``{(move id, component): (company amount, bill amount)}``."""
        totals = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for part in self.share_ids:
            totals[part.product_id][0] += to_decimal(part.company_amount)
            totals[part.product_id][1] += to_decimal(part.amount)
        units = [to_decimal(currency.rounding) for currency in (self.company_currency_id, self.currency_id)]
        wanted = {}
        for product, amounts in totals.items():
            moves = moves_by_product.get(product, ())
            weights = [to_decimal(move.quantity) for move in moves]
            parts = [share(amount, weights, unit) for amount, unit in zip(amounts, units, strict=True)]
            for move, company_amount, amount in zip(moves, *parts, strict=True):
                wanted[move.id, self.component] = (company_amount, amount)
        return wanted

    def _prepare_allocations(self, wanted, logged):
        """The differences, as `cost.event` takes them."""
        own = self.company_currency_id
        day = min(self.bill_line_id.move_id.invoice_date or self.date, fields.Date.context_today(self))
        allocations = []
        for key in dict.fromkeys((*wanted, *logged.amounts)):
            move_id, component = key
            company_amount, amount = wanted.get(key, (Decimal(0), Decimal(0)))
            difference = company_amount - logged.amounts[key]
            if not difference:
                continue
            stated = logged.stated[key]
            same = set(stated) <= {self.currency_id.id}
            allocations.append(
                {
                    "move": self.env["stock.move"].sudo().browse(move_id),
                    "component": component,
                    "amount": amount - sum(stated.values()) if same else difference,
                    "currency": self.currency_id if same else own,
                    "company_amount": difference,
                    "date": day,
                    "source": self._get_source(),
                    "key": f"{KEY}/{self.id}/{logged.revision + 1}/{component}",
                }
            )
        return allocations

    def _get_source(self):
        """The document, as the cost log names it."""
        bill = self.bill_line_id.move_id
        return " · ".join(filter(None, (self.shipment_id.name, self.name, bill.name or bill.ref)))

    def _tell_closed(self, events):
        """Say on the shipment which costs of a closed period count in the open one."""
        for cost_id, own in events.sudo().grouped(lambda event: int(event.key.split("/")[1])).items():
            shipment = self.browse(cost_id).shipment_id.sudo()
            for source, stated, day in dict.fromkeys((event.source, event.stated_day, event.day) for event in own):
                if shipment.company_id._get_cost_open_day(stated) == stated:
                    continue
                shipment.message_post(
                    body=self.env._(
                        "%(cost)s is of %(stated)s, a closed period. It counts on %(day)s.",
                        cost=source,
                        stated=stated,
                        day=day,
                    )
                )

    # === STAYING TRUE === #

    def _refresh(self):
        """Divide again what was divided before and has changed since; what cannot be divided waits with a message."""
        divided = self.filtered("share_ids").filtered(lambda cost: cost._is_divided())
        divided._log_costs()
        for cost in self.filtered("share_ids") - divided:
            if problem := cost._try_allocate():
                text = self.env._("%(cost)s has to be divided again: %(problem)s", cost=cost.name, problem=problem)
                cost.shipment_id.activity_schedule(
                    "mail.mail_activity_data_todo", summary=text, user_id=cost.shipment_id.user_id.id or self.env.uid
                )

    def _is_divided(self):
        """Whether the shares are of what is in the cartons now, and add up to the cost."""
        shares = self.share_ids
        total = sum((to_decimal(part.company_amount) for part in shares), Decimal(0))
        return shares.line_id == self.shipment_id.carton_ids.line_ids and total == to_decimal(self.company_amount)


class FirstMileShipment(models.Model):
    _inherit = "first.mile.shipment"

    def _get_departed_moves(self):
        """Done moves out of the hub: ``{shipment: {product: stock.move}}``."""
        moves = self.picking_ids.filtered("is_first_mile_departure").move_ids
        done = moves.filtered(lambda move: move.state == "done").sudo()
        by_shipment = done.grouped(lambda move: move.picking_id.first_mile_shipment_id.sudo(False))
        return {shipment: own.grouped("product_id") for shipment, own in by_shipment.items()}

    def _get_costed_moves(self):
        """The departed moves that the cost log knows; says on a shipment when it arrived before there was a log.

        What was under way when the log began is a receipt of its opening.
        """
        departed = self._get_departed_moves()
        moves = [move.id for products in departed.values() for some in products.values() for move in some]
        domain = [("move_id", "in", moves), ("kind", "in", ("transfer", "receipt"))]
        events = self.env["cost.event"].sudo().search(domain)
        known = {}
        for shipment, products in departed.items():
            found = {product: some & events.move_id for product, some in products.items()}
            known[shipment] = {product: some for product, some in found.items() if some}
            if len(known[shipment]) < len(products):
                shipment.message_post(
                    body=self.env._(
                        "Goods of this shipment arrived before cost layers were set up. Their costs are not in the "
                        "layers: the opening stock holds Odoo's value of them."
                    )
                )
        return known

    def _set_estimate(self, component, name, basis, amount, currency):
        """Extends to divide the new estimate where the old one was divided."""
        before = self.cost_ids
        divided = bool(before.filtered(lambda cost: cost.component == component and not cost.is_actual).share_ids)
        result = super()._set_estimate(component, name, basis, amount, currency)
        if divided:
            (self.cost_ids - before).action_allocate()
        return result


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _action_done(self):
        """Override of `stock`: what has been divided already goes with the units that leave."""
        result = super()._action_done()
        departures = self.filtered("is_first_mile_departure")
        departures.first_mile_shipment_id.sudo().cost_ids._refresh()
        return result
