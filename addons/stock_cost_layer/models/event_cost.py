from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import COMPONENTS, split, to_money


class CostEvent(models.Model):
    """Costs that come after the goods: freight, duty, a dearer bill, a refund."""

    _inherit = "cost.event"

    @api.model
    def _add_cost(self, allocations):
        """Put costs on receipts or journeys; each follows the units to stock, transit and cost of sales.

        :param list allocations: dicts with

            - move: stock.move whose units pay (a receipt, or a transfer: then only the units that travelled)
            - component: one of freight, duty, insurance, preparation, other, purchase
            - amount, currency: of the bill; a refund is negative
            - date: of the bill, which sets the rate
            - source: text that names the bill
            - company_amount: optional, the amount in the company's currency where that is settled already; else the
              rate of the date converts it
            - key: optional, unique per company; a key that is in the log is not counted again

        The parts of one source, currency and date add up to their converted sum to the cent.
        :return: the late cost events
        :raise ValidationError: a move has no cost event, or there is no such component
        """
        origins = self._get_paying_events(allocation["move"].id for allocation in allocations)
        values = []
        for allocation, number in self._convert(allocations):
            self._check_allocation(allocation, origins[allocation["move"].id])
            values += self._prepare_costs(allocation, number, origins[allocation["move"].id])
        return self._append(values)

    def _get_paying_events(self, move_ids):
        """What brought the units of moves, without what corrected their quantity: ``{move id: events}``."""
        origins = defaultdict(self.browse)
        for event in self.sudo().search([("move_id", "in", list(move_ids)), ("kind", "!=", "cost")], order="id"):
            first = origins[event.move_id.id][:1] or event
            if (event.kind, event.place_id) == (first.kind, first.place_id):
                origins[event.move_id.id] |= event
        return origins

    def _check_allocation(self, allocation, origins):
        if allocation["component"] not in COMPONENTS:
            raise ValidationError(
                self.env._(
                    "There is no cost component “%(component)s”. Use one of: %(components)s.",
                    component=allocation["component"],
                    components=", ".join(COMPONENTS),
                )
            )
        if not origins:
            raise ValidationError(
                self.env._(
                    "%(bill)s: %(move)s is not in the cost log. If it is not done yet, validate it and enter the cost "
                    "again. If its goods had gone before cost layers were set up, book the cost on cost of sales.",
                    bill=allocation["source"],
                    move=allocation["move"].display_name,
                )
            )

    @api.model
    def _convert(self, allocations):
        """Yield each allocation with its amount in whole numbers of the company's currency.

        Running sums are rounded, not the parts, so that the parts add up to the whole.
        """
        sums, rounded = defaultdict(Decimal), defaultdict(int)
        rates = {}
        for allocation in allocations:
            company = allocation["move"].company_id
            if "company_amount" in allocation:
                settled = Decimal(str(allocation["company_amount"])).scaleb(company.currency_id.decimal_places)
                yield allocation, int(settled.to_integral_value(ROUND_HALF_UP))
                continue
            day = fields.Date.to_date(allocation["date"])
            bill = (company, allocation["currency"], day, allocation["source"])
            if bill[:3] not in rates:
                rate = allocation["currency"]._get_conversion_rate(bill[1], company.currency_id, company, day)
                rates[bill[:3]] = Decimal(str(rate))
            sums[bill] += Decimal(str(allocation["amount"])) * rates[bill[:3]]
            total = int(sums[bill].scaleb(company.currency_id.decimal_places).to_integral_value(ROUND_HALF_UP))
            yield allocation, total - rounded[bill]
            rounded[bill] = total

    @api.model
    def _prepare_costs(self, allocation, number, origins):
        """One event per origin: a move of several batches has several."""
        company = allocation["move"].company_id
        amounts = tuple(number if component == allocation["component"] else 0 for component in COMPONENTS)
        shares = split(amounts, [round(event.quantity * 10**6) for event in origins])
        values = []
        for event, share in zip(origins, shares, strict=True):
            money = to_money(share, company.currency_id.decimal_places)
            values.append(
                {
                    "company_id": company.id,
                    "kind": "cost",
                    "day": allocation["date"],
                    "product_id": event.product_id.id,
                    "place_id": event.place_id.id,
                    "origin_id": event.id,
                    "move_id": event.move_id.id,
                    "source": allocation["source"],
                    "key": f"{allocation['key']}/{event.id}" if allocation.get("key") else False,
                    "stated_amount": allocation["amount"] if len(origins) == 1 else 0,
                    "stated_currency_id": allocation["currency"].id,
                    **{component: float(amount) for component, amount in money.items()},
                }
            )
        return values
