import base64
import hashlib
from collections import Counter

from odoo import api, fields, models
from odoo.addons.overseas_warehouse.models.choice import get_only
from odoo.addons.overseas_warehouse.models.receipt import GRADES
from odoo.exceptions import UserError, ValidationError

from ..connector import BadFile, Known, read_report
from ..models.fault_words import describe_faults
from ..models.file import FOLLOWED, REPORT_KINDS

ACCOUNTS = [("provider", "!=", "none"), ("state", "!=", "disabled")]
WITH_UNKNOWN_PRODUCTS = ("returns", "bills")  # these wait for a person instead


class OverseasFileUpload(models.TransientModel):
    """Takes a report of what a warehouse does not tell over an interface, as a whole or not at all."""

    _name = "overseas.file.upload"
    _description = "Upload of a Warehouse's Report"

    account_id = fields.Many2one(
        "overseas.account", required=True, domain=ACCOUNTS, default=lambda self: self._get_default_account()
    )
    kind = fields.Selection(REPORT_KINDS, "What It Is", required=True, default="stock")
    file = fields.Binary(required=True, attachment=False, help="CSV or Excel, as the warehouse sent it.")
    filename = fields.Char()

    @api.model
    def _get_default_account(self):
        """The only account of the company that takes reports."""
        companies = [("company_id", "=", self.env.company.id)]
        return get_only(self.env["overseas.account"].search([*ACCOUNTS, *companies]).filtered("takes_reports"))

    def action_upload(self):
        """File the report. Nothing changes if anything in it cannot be read; all that is wrong is told at once."""
        self.ensure_one()
        self.account_id._check_report_kind(self.kind)
        content = base64.b64decode(self.file)
        name = self.filename or f"{self.kind}.csv"
        self._check_new(content)
        try:
            rows = read_report(self.kind, name, content, self._get_known())
        except BadFile as error:
            raise ValidationError(
                self.env._("Nothing was taken from %s. Correct it, or ask the warehouse to, and upload it again:", name)
                + "\n\n"
                + describe_faults(self.env, error.faults)
            ) from error
        if self.kind == "receipts":
            self._check_finished(rows)
        file = self.env["overseas.file"].sudo()._file_report(self.account_id, self.kind, name, content, rows)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(name)s: %(count)d rows are being taken over.", name=file.name, count=len(rows)
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _check_new(self, content):
        """:raise UserError: the same file is there already; stock may be the same twice"""
        if self.kind == "stock":
            return
        same = self.env["ir.attachment"].sudo().search(
            [("res_model", "=", "overseas.file"), ("res_field", "=", "content"),
             ("checksum", "=", hashlib.sha1(content, usedforsecurity=False).hexdigest())]
        )  # fmt: skip
        domain = [("account_id", "=", self.account_id.id), ("kind", "=", self.kind), ("direction", "=", "in")]
        if known := self.env["overseas.file"].search([*domain, ("id", "in", same.mapped("res_id"))], limit=1):
            raise UserError(
                self.env._(
                    "The same file was uploaded on %(day)s as %(name)s. It counts once; nothing was changed.",
                    day=fields.Date.to_string(known.filed_at),
                    name=known.name,
                )
            )

    def _check_finished(self, rows):
        """:raise UserError: the report counts more of a notice than was there when the warehouse finished it"""
        counted = self._count_finished(rows)
        booked = self.env["overseas.inbound.receipt"]._get_booked({inbound for inbound, *_rest in counted})
        again = [
            self.env._(
                "%(notice)s: %(now)d units of %(product)s, after %(before)d when it was finished",
                notice=inbound.reference,
                product=product.display_name,
                now=units,
                before=booked[inbound, product, grade],
            )
            for (inbound, product, grade), units in counted.items()
            if units > booked[inbound, product, grade]
        ]
        if again:
            raise UserError(
                self.env._(
                    "Nothing was taken from the file: it counts goods that were received and finished already. Remove "
                    "these lines if they were counted twice; if more arrived, upload the stock and adjust it by its "
                    "check:\n%s",
                    "\n".join(again),
                )
            )

    def _count_finished(self, rows):
        """``{(notice, product, grade): units}`` that a report counts of notices which the warehouse has finished."""
        references = list({row["reference"] for row in rows})
        domain = [("account_id", "=", self.account_id.id), ("reference", "in", references), ("state", "=", "received")]
        inbound_by_reference = {inbound.reference: inbound for inbound in self.env["overseas.inbound"].search(domain)}
        product_by_sku = self.env["overseas.product"]._get_by_sku(self.account_id, {row["sku"] for row in rows})
        counted = Counter()
        for row in rows:
            if inbound := inbound_by_reference.get(row["reference"]):
                for grade in GRADES:
                    counted[inbound, product_by_sku[row["sku"]], grade] += row.get(grade, 0)
        return counted

    def _get_skus(self):
        products = self.env["overseas.product"].search_fetch([("account_id", "=", self.account_id.id)], ["sku"])
        return Known(frozenset(products.mapped("sku")), "sku_unknown")

    def _get_known(self):
        """:class:`~..connector.Known` by column: what a report of this kind may name."""
        known = {}
        if self.kind not in WITH_UNKNOWN_PRODUCTS:
            known["sku"] = self._get_skus()
        if self.kind in ("stock", "returns"):
            codes = frozenset(self.account_id.warehouse_ids.mapped("code"))
            known["warehouse"] = Known(codes, "warehouse_unknown")
        if self.kind in FOLLOWED:
            model = FOLLOWED[self.kind][0]
            documents = self.env[model].search_fetch([("account_id", "=", self.account_id.id)], ["reference"])
            known["reference"] = Known(frozenset(documents.mapped("reference")), "reference_unknown")
        return known
