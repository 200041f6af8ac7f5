from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.claims import WINDOWS, ClaimKind, shortages
from ..engine.receipts import ReceiptDifference, ReceiptIssue
from .claim import OPEN

# Excess is nothing that Amazon owes.
_CLAIM_KINDS = {"shortage": ClaimKind.SHORTAGE, "damage": ClaimKind.DAMAGED}


class FbaClaim(models.Model):
    """A short receipt is one claim with its difference: what is paid, claimed or given up holds for both."""

    _inherit = "fba.claim"

    difference_id = fields.Many2one("overseas.difference", readonly=True, ondelete="restrict", index="btree_not_null")

    @api.model
    def _get_key(self, claim):
        """Override: a shortage is its difference, also when its FNSKU becomes known later."""
        return f"{claim.kind.value}/{claim.source.id}" if claim.kind is ClaimKind.SHORTAGE else super()._get_key(claim)

    @api.model
    def _prepare_vals(self, claim, products, currencies, row_by_key):
        """Override: a claim ends with its difference."""
        vals = super()._prepare_vals(claim, products, currencies, row_by_key)
        if claim.kind is not ClaimKind.SHORTAGE:
            return vals
        return {**vals, "difference_id": claim.source.id, **claim.source._get_fba_end_vals(claim.units)}

    @api.model
    def _keep(self, warehouse, claims, products, row_by_key):
        """Override: what Amazon has paid for shortages is money of their differences, which end when all is paid."""
        domain = [("warehouse_id", "=", warehouse.id), ("difference_id", "!=", False)]
        before = {claim: claim.paid_amount for claim in self.search(domain)}
        result = super()._keep(warehouse, claims, products, row_by_key)
        kept = self.search(domain)
        kept.filtered(lambda claim: claim.paid_amount != before.get(claim, 0))._pass_on_payments()
        paid = kept.filtered(lambda claim: not claim.open_units and claim.difference_id.state in OPEN).difference_id
        paid.fba_paid = True
        paid._close("settled")
        return result

    def _pass_on_payments(self):
        """State what was paid in the company's money, at the rate of the day of the last payment."""
        numbers = {number for claim in self for number in (claim.reimbursements or "").split(", ")}
        payments = self.env["fba.reimbursement"].search(
            [("warehouse_id", "in", self.warehouse_id.ids), ("number", "in", list(numbers))], order="approved_at"
        )
        days = {payment.number: payment.approved_at.date() for payment in payments}
        for claim in self:
            day = max((days[number] for number in (claim.reimbursements or "").split(", ") if number), default=False)
            claim.difference_id.settled_amount = claim.paid_amount and claim.paid_currency_id._convert(
                claim.paid_amount, claim.currency_id, claim.company_id, day
            )

    @api.model
    def _get_reminder_domain(self):
        """Override: a shortage is brought to mind by its difference."""
        return [*super()._get_reminder_domain(), ("difference_id", "=", False)]

    # === ACTIONS === #

    def action_claim(self):
        """Override: the difference is claimed with it."""
        result = super().action_claim()
        self.sudo().difference_id._note_claimed()
        return result

    def action_drop(self):
        """Override: the difference is accepted with it; units that are short are written off."""
        result = super().action_drop()
        self.sudo().difference_id._close("accepted")
        return result

    def action_reopen(self):
        """Override: units that were written off are not claimed after all."""
        if ended := self.filtered(lambda claim: claim.difference_id.state == "accepted"):
            raise UserError(
                self.env._(
                    "The missing units of %s are written off. What Amazon pays for them after all is matched with the "
                    "claim all the same.",
                    ", ".join(ended.mapped("display_name")),
                )
            )
        return super().action_reopen()


class OverseasDifference(models.Model):
    _inherit = "overseas.difference"

    fba_claim_ids = fields.One2many("fba.claim", "difference_id", "FBA Claims", readonly=True)
    fba_paid = fields.Boolean("Settled by Reimbursements", readonly=True, copy=False)

    @api.model
    def _prepare_vals(self, inbound, product, kind, units, announced, received):
        """Override of `overseas_warehouse`: Amazon has days of its own until which it accepts a claim."""
        vals = super()._prepare_vals(inbound, product, kind, units, announced, received)
        if inbound.is_fba and kind in _CLAIM_KINDS:
            vals["deadline"] = inbound._get_fba_delivery_day() + timedelta(days=WINDOWS[_CLAIM_KINDS[kind]].last)
        return vals

    def action_claim(self):
        """Override of `overseas_warehouse`: the claim on Amazon is made with it."""
        result = super().action_claim()
        self.sudo().fba_claim_ids.filtered(lambda claim: claim.state == "open").state = "claimed"
        return result

    def _close(self, state):
        """Override of `overseas_warehouse`: the claim on Amazon ends with it."""
        result = super()._close(state)
        for claim in self.sudo().fba_claim_ids:
            if vals := claim.difference_id._get_fba_end_vals(claim.units):
                claim.write(vals)
        return result

    def _get_fba_end_vals(self, units):
        """What becomes of a claim of so many units when a person has ended its difference."""
        if self.state == "accepted":
            return {"state": "dropped"}
        if self.state == "settled" and not self.fba_paid:
            return {"settled_units": units, "open_units": 0, "expected_amount": 0, "state": "settled"}
        return {}

    def _get_fba_receipt_differences(self):
        """Shortages in the words of the engine."""
        account = self.warehouse_id.account_id
        skus = {
            record.product_id: record.sku
            for record in self.env["overseas.product"].search(
                [("account_id", "=", account.id), ("product_id", "in", self.product_id.ids)]
            )
        }
        fnskus = self.warehouse_id._get_fba_fnskus(skus.values())
        return [
            ReceiptDifference(
                ReceiptIssue.SHORTAGE,
                difference.inbound_id.external_id,
                skus.get(difference.product_id, ""),
                fnskus.get(skus.get(difference.product_id), ""),
                difference.units,
                tuple(filter(None, (difference._describe_counts(), difference.inbound_id.tracking))),
                difference,
            )
            for difference in self
        ]

    def _describe_counts(self):
        return self.env._("Sent: %(sent)d, counted: %(counted)d", sent=self.announced, counted=self.received)


class OverseasInbound(models.Model):
    _inherit = "overseas.inbound"

    def _get_fba_delivery_day(self):
        """Amazon states no day of delivery: it is the day of the first count at the latest."""
        counted = self.receipt_ids.mapped("received_at")
        return min(counted).date() if counted else fields.Date.context_today(self)


class OverseasWarehouse(models.Model):
    _inherit = "overseas.warehouse"

    def _find_fba_claims(self):
        """Override to claim what was sent to Amazon and never received.

        Those that persons have ended are among them, so that a payment which comes later finds its claim.
        """
        differences = self.env["overseas.difference"].search(
            [
                ("warehouse_id", "=", self.id),
                ("kind", "=", "shortage"),
                ("inbound_id.fba_shipment_ids", "!=", False),
            ]
        )
        delivered_on = {notice.external_id: notice._get_fba_delivery_day() for notice in differences.inbound_id}
        return super()._find_fba_claims() + shortages(differences._get_fba_receipt_differences(), delivered_on)

    def _get_fba_fnskus(self, mskus):
        """``{MSKU: FNSKU}`` of those that Amazon has named: as it paid for them, else as its ledger calls them."""
        domain = [("warehouse_id", "=", self.id), ("msku", "in", list(mskus))]
        found = {}
        for model in ("fba.ledger.row", "fba.reimbursement"):
            found |= dict(self.env[model]._read_group(domain, ["msku", "fnsku"], order="id:max"))
        return found
