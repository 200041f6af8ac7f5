from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connector import Journey


class FbaInboundOption(models.Model):
    """One of the ways that Amazon offers; a person chooses, and the offers stay as the record of the choice."""

    _name = "fba.inbound.option"
    _description = "Offer for an Inbound Plan"
    _order = "inbound_id, is_open desc, id"
    _rec_name = "description"

    inbound_id = fields.Many2one("fba.inbound", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="inbound_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [
            ("packing", "Packing"),
            ("placement", "Placement"),
            ("transport", "Carrier"),
            ("window", "Delivery Window"),
        ],
        "For",
        required=True,
    )
    shipment_number = fields.Char("Shipment", help="Amazon's number of the shipment that a carrier or window is for.")
    external_id = fields.Char("Amazon's Number", required=True)
    description = fields.Char("Offer", required=True)
    fees = fields.Char(help="What Amazon charges for it, as it states it.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    cost = fields.Monetary(help="The fees in the company's currency.")
    expires_at = fields.Datetime("Valid Until")
    is_proposed = fields.Boolean("Proposed")
    is_chosen = fields.Boolean("Chosen")
    is_open = fields.Boolean("To Choose", default=True, index=True)

    # === OFFERING === #

    @api.model
    def _offer(self, inbound, fba, needed):
        """Keep what Amazon offers, the proposed one marked; offers that were open before have expired.

        :param ChoiceNeeded needed: what has to be chosen
        """
        same = [("kind", "=", needed.what), ("shipment_number", "=", needed.shipment_id or False)]
        self.search([("inbound_id", "=", inbound.id), "|", ("is_open", "=", True), *["&", *same]]).write(
            {"is_open": False, "is_chosen": False}
        )
        records = self.create([self._prepare_vals(inbound, fba, needed, option) for option in needed.options])
        ranks = {
            record: self._rank(inbound, needed.what, option, record)
            for record, option in zip(records, needed.options, strict=True)
        }
        if best := min((rank for rank in ranks.values() if rank is not None), default=None):
            next(record for record, rank in ranks.items() if rank == best).is_proposed = True
        return records

    @api.model
    def _prepare_vals(self, inbound, fba, needed, option):
        describe = getattr(self, f"_describe_{needed.what}")
        costs = _get_costs(needed.what, option)
        expires = getattr(option, "valid_until", None) or getattr(option, "expires_at", None)
        return {
            "inbound_id": inbound.id,
            "kind": needed.what,
            "shipment_number": needed.shipment_id or False,
            "external_id": option.option_id,
            "description": describe(inbound, fba, option),
            "fees": ", ".join(f"{amount:.2f} {currency}" for currency, amount in costs.items()) or False,
            "cost": self._convert(inbound.company_id, costs),
            "expires_at": expires and expires.replace(tzinfo=None),
        }

    @api.model
    def _describe_packing(self, inbound, fba, option):
        return self.env._("%d packing groups", len(option.groups))

    @api.model
    def _describe_placement(self, inbound, fba, option):
        plan = (inbound.journey or {})["plan"]
        centres = [fba.inbound.fetch_shipment(plan, key).warehouse for key in option.shipment_ids]
        return self.env._(
            "%(count)d shipments: %(centres)s", count=len(centres), centres=", ".join(sorted(filter(None, centres)))
        )

    @api.model
    def _describe_transport(self, inbound, fba, option):
        solutions = dict(inbound._fields["solution"]._description_selection(self.env))
        solution = solutions.get(option.solution, option.solution)
        name = option.carrier_name or option.carrier_code
        return ", ".join(filter(None, (solution, name, option.mode.replace("_", " ").capitalize())))

    @api.model
    def _describe_window(self, inbound, fba, option):
        return f"{option.starts_at:%Y-%m-%d} – {option.ends_at:%Y-%m-%d}"

    @api.model
    def _rank(self, inbound, what, option, record):
        """Order of proposals, the smallest is proposed; ``None`` is never proposed."""
        if what == "window":
            return (0, option.starts_at.isoformat())
        if what == "transport" and option.solution != inbound.solution:
            return None
        return (record.cost, option.option_id)

    @api.model
    def _convert(self, company, costs):
        """Fees in any currencies as an amount of the company's."""
        codes = list(costs)
        found = self.env["res.currency"].with_context(active_test=False).search([("name", "in", codes)])
        currency_by_code = {currency.name: currency for currency in found}
        today = fields.Date.context_today(self)
        return sum(
            currency_by_code[code]._convert(float(amount), company.currency_id, company, today)
            for code, amount in costs.items()
        )

    # === CHOOSING === #

    def action_choose(self):
        """Take an offer, and go on with the plan."""
        self.ensure_one()
        self.inbound_id.check_access("write")
        if not self.is_open or self.inbound_id.state != "choice":
            raise UserError(self.env._("This offer does not stand any more. Choose one of those that are offered now."))
        self.sudo()._choose()

    def _choose(self):
        inbound = self.inbound_id
        same = inbound.option_ids.filtered("is_open")
        same.is_open = False
        self.is_chosen = True
        journey = Journey(None, None, inbound.journey)
        journey.choose(self.kind, self.external_id, self.shipment_number or "")
        inbound._keep(journey)
        inbound.state = "running"
        inbound.activity_unlink(["mail.mail_activity_data_todo"])
        inbound._enqueue_step()


def _get_costs(what, option):
    """``{currency: Decimal}`` of an option."""
    if what in ("packing", "placement"):
        return option.costs
    quote = getattr(option, "quote", None)
    return {quote.currency: Decimal(quote.amount)} if quote is not None else {}
