from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.claims import REASONS, ClaimKind, lost_and_damaged, settle
from .reimbursement import CLAIM_KINDS

LEDGER_KINDS = ("lost", "found", "damaged")
OPEN = ("open", "claimed")


class FbaClaim(models.Model):
    """Units that Amazon owes for one event: until when to claim them, what proves it, what it should bring."""

    _name = "fba.claim"
    _description = "FBA Claim"
    _inherit = ["mail.thread", "overseas.claim.reminder"]
    _claim_activity = "overseas_warehouse_fba.activity_type_claim"
    _order = "deadline, id"

    warehouse_id = fields.Many2one("overseas.warehouse", required=True, readonly=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    key = fields.Char(required=True, readonly=True)
    kind = fields.Selection(CLAIM_KINDS, required=True, readonly=True)
    document = fields.Char(readonly=True, help="Shipment, removal order or row of the ledger.")
    fnsku = fields.Char("FNSKU", readonly=True)
    msku = fields.Char("SKU", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict", index="btree_not_null")
    day = fields.Date("Happened On", required=True, readonly=True)
    opens_on = fields.Date("Claim From", required=True, readonly=True, help="Amazon accepts no claim before.")
    deadline = fields.Date("Claim By", required=True, readonly=True)
    units = fields.Integer(readonly=True, help="Units owed at first.")
    settled_units = fields.Integer("Settled", readonly=True, help="Paid, replaced or found again.")
    open_units = fields.Integer("Still Owed", readonly=True)
    expected_amount = fields.Monetary(
        "Expected Money", readonly=True, help="Units still owed at their cost. Empty where the cost is not known."
    )
    paid_amount = fields.Monetary("Paid", readonly=True, currency_field="paid_currency_id")
    paid_currency_id = fields.Many2one("res.currency", readonly=True)
    reimbursements = fields.Char(readonly=True, help="Numbers of what settles it.")
    settled_on = fields.Date(
        readonly=True, help="When Amazon approved the reimbursement of the last unit. Empty while units are owed."
    )
    row_id = fields.Many2one(
        "fba.ledger.row",
        "Ledger Row",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The loss or damage that Amazon owes for.",
    )
    evidence = fields.Text(readonly=True, help="What Amazon's own reports show.")
    proof = fields.Text(help="What else proves it: proof of delivery, supplier's invoice, photos. Attach the files.")
    case_number = fields.Char("Case", help="Amazon's number of your claim.")
    state = fields.Selection(
        [("open", "Open"), ("claimed", "Claimed"), ("settled", "Settled"), ("dropped", "Given Up")],
        "Status",
        required=True,
        readonly=True,
        default="open",
        tracking=True,
        group_expand=True,
        help="Settled: Amazon has paid, replaced or found all units. Given up: we bear it.",
    )

    _key_uniq = models.Constraint("UNIQUE(warehouse_id, key)", "This claim is recorded already.")

    @api.depends("kind", "msku", "day")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for claim in self:
            claim.display_name = f"{labels.get(claim.kind, '')} {claim.msku} {fields.Date.to_string(claim.day)}"

    def write(self, vals):
        """Override: nobody is reminded any more of what is claimed or ended."""
        result = super().write(vals)
        if vals.get("state", "open") != "open":
            self._end_reminders()
        return result

    @api.model
    def _get_reminder_domain(self):
        """Override to leave out what is too late already: old ledgers hold plenty of it."""
        return [*super()._get_reminder_domain(), ("deadline", ">=", fields.Date.context_today(self))]

    # === FINDING === #

    @api.model
    def _refresh(self, warehouse):
        """Find what Amazon owes by the ledger, take off what it has paid; claims keep what persons did with them."""
        rows = self.env["fba.ledger.row"].search(
            [("warehouse_id", "=", warehouse.id), ("kind", "in", LEDGER_KINDS)], order="day, id"
        )
        payments = self.env["fba.reimbursement"].search([("warehouse_id", "=", warehouse.id)], order="approved_at, id")
        record_by_payment = {payment: payment._get_record() for payment in payments}
        claims = lost_and_damaged(rows._get_movements()) + warehouse._find_fba_claims()
        reasons = {payment.reason: ClaimKind(payment.claim_kind) for payment in payments if payment.claim_kind}
        products = warehouse._get_fba_products({claim.msku for claim in claims})
        values = self._get_values(warehouse, claims, products)
        found = settle(claims, record_by_payment.values(), values, reasons)
        payments._note_left(found.unmatched, record_by_payment, {*REASONS, *reasons})
        self._keep(warehouse, found.claims, products, {row.key: row for row in rows})

    @api.model
    def _get_values(self, warehouse, claims, products):
        """``{FNSKU: cost of a unit}`` where it is known."""
        values = {}
        for claim in claims:
            product = products.get(claim.msku)
            cost = product.with_company(warehouse.company_id).standard_price if product else 0
            if cost:
                values[claim.fnsku] = Decimal(str(cost))
        return values

    @api.model
    def _keep(self, warehouse, claims, products, row_by_key):
        known = {claim.key: claim for claim in self.search([("warehouse_id", "=", warehouse.id)])}
        currencies = self.env["fba.reimbursement"]._get_currencies(
            {claim.currency for claim in claims if claim.currency}
        )
        new = []
        for claim in claims:
            key = self._get_key(claim)
            record = known.pop(key, None)
            vals = self._prepare_vals(claim, products, currencies, row_by_key)
            if record is None:
                new.append({**vals, "key": key, "warehouse_id": warehouse.id})
            else:
                record._renew(vals)
        self.create(new)
        for record in known.values():  # found again: Amazon owes them no more
            record._renew({"settled_units": record.units, "open_units": 0, "expected_amount": 0, "state": "settled"})

    @api.model
    def _get_key(self, claim):
        """What a claim is found again by with the next run."""
        return "/".join((claim.kind.value, claim.document, claim.fnsku, claim.msku, *claim.evidence[:1]))

    def _renew(self, vals):
        """Write what has changed; what a person gave up stays so."""
        if self.state == "dropped" or (vals["state"] == "open" and self.state == "claimed"):
            vals = {name: value for name, value in vals.items() if name != "state"}
        current = self._convert_to_write({name: self[name] for name in vals})
        changed = {name: value for name, value in vals.items() if (current[name] or False) != (value or False)}
        if changed:
            self.write(changed)

    @api.model
    def _prepare_vals(self, claim, products, currencies, row_by_key):
        return {
            "kind": claim.kind.value,
            "document": claim.document,
            "fnsku": claim.fnsku,
            "msku": claim.msku,
            "product_id": products[claim.msku].id if claim.msku in products else False,
            "day": claim.day,
            "opens_on": claim.opens_on,
            "deadline": claim.deadline,
            "units": claim.units,
            "settled_units": claim.settled,
            "open_units": claim.open_units,
            "expected_amount": float(claim.expected or 0),
            "paid_amount": float(claim.paid),
            "paid_currency_id": currencies[claim.currency].id if claim.currency else False,
            "reimbursements": ", ".join(claim.reimbursements),
            "settled_on": claim.settled_on,
            "row_id": next((row_by_key[entry].id for entry in claim.evidence if entry in row_by_key), False),
            "evidence": "\n".join(_describe(entry, row_by_key) for entry in claim.evidence),
            "state": "open" if claim.open_units else "settled",
        }

    # === ACTIONS === #

    def action_claim(self):
        """Amazon has been asked to pay."""
        self.check_access("write")
        today = fields.Date.context_today(self)
        if early := self.filtered(lambda claim: claim.opens_on > today):
            raise UserError(
                self.env._(
                    "Amazon accepts %(claims)s from %(day)s on.",
                    claims=", ".join(early.mapped("display_name")),
                    day=fields.Date.to_string(max(early.mapped("opens_on"))),
                )
            )
        if bare := self.filtered(lambda claim: not claim.case_number):
            raise UserError(
                self.env._("Enter Amazon's case number of %s first.", ", ".join(bare.mapped("display_name")))
            )
        self.filtered(lambda claim: claim.state == "open").state = "claimed"

    def action_drop(self):
        """We bear it."""
        self.check_access("write")
        self.filtered(lambda claim: claim.state in OPEN).state = "dropped"

    def action_reopen(self):
        """Claim after all what was given up."""
        self.check_access("write")
        self.filtered(lambda claim: claim.state == "dropped" and claim.open_units).state = "open"


class FbaReimbursement(models.Model):
    _inherit = "fba.reimbursement"

    def _note_left(self, unmatched, record_by_payment, reasons):
        """Show on each reimbursement what of it settles no claim, and why."""
        left_by_record = {id(left.reimbursement): left for left in unmatched}
        for payment, record in record_by_payment.items():
            left = left_by_record.get(id(record))
            vals = {"left_units": 0, "left_amount": 0.0, "left_reason": False}
            if left:
                why = "reversal" if record.is_reversal else "claim" if record.reason in reasons else "reason"
                vals = {"left_units": left.units, "left_amount": float(left.amount), "left_reason": why}
            if any(payment[name] != value for name, value in vals.items()):
                payment.write(vals)


class OverseasWarehouse(models.Model):
    _inherit = "overseas.warehouse"

    def _find_fba_claims(self):
        """Claims beyond lost and damaged units: parts of the addon that know shipments or removals add theirs.

        :return: list of :class:`~..engine.claims.Claim`
        """
        self.ensure_one()
        return []


def _describe(entry, row_by_key):
    """A piece of evidence as Amazon's support wants to read it: the row of the ledger, or a number."""
    row = row_by_key.get(entry)
    if row is None:
        return entry
    parts = (fields.Date.to_string(row.day), row.event_type, row.reason, row.fnsku, f"{row.units:+d}", row.centre)
    return " ".join(part for part in parts if part)
