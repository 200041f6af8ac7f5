import hashlib
from collections import Counter

from odoo import api, fields, models
from odoo.addons.marketplace.contract import InvalidPayload
from odoo.exceptions import UserError

from ..connector import read_report
from .sheet import REPORT_TYPES


class FbaSheetFault(models.Model):
    """A row of a report that cannot be read: it waits with its text until a person has corrected or dropped it."""

    _name = "fba.sheet.fault"
    _description = "FBA Report Row That Cannot Be Read"
    _order = "id desc"
    _rec_name = "path"

    sheet_id = fields.Many2one("fba.sheet", required=True, readonly=True, ondelete="cascade", index=True)
    warehouse_id = fields.Many2one(related="sheet_id.warehouse_id", store=True, index=True)
    company_id = fields.Many2one(related="sheet_id.company_id", store=True, index=True)
    kind = fields.Selection(related="sheet_id.kind", string="Report", store=True)
    path = fields.Char("Where", required=True, readonly=True)
    reason = fields.Char(required=True, readonly=True)
    payload = fields.Text(
        "Row", required=True, help="One column a line, as 'name: value'. Correct it, then read it again."
    )
    identity = fields.Char(required=True, readonly=True)
    state = fields.Selection(
        [("open", "Waits"), ("read", "Read"), ("dropped", "Dropped")], required=True, readonly=True, default="open"
    )

    _identity_uniq = models.Constraint("UNIQUE(warehouse_id, kind, identity)", "This row waits already.")

    @api.model
    def _keep(self, sheet, broken):
        """Record rows that cannot be read; a report that shows them again adds none.

        :param broken: ``(path, reason, row as dict)`` of each
        """
        seen, found = Counter(), {}
        for path, reason, row in broken:
            payload = "\n".join(f"{name}: {value}" for name, value in row.items())
            digest = hashlib.sha256(payload.encode()).hexdigest()[:24]
            seen[digest] += 1
            found[f"{digest}#{seen[digest]}"] = {"path": path, "reason": reason, "payload": payload}
        domain = [("warehouse_id", "=", sheet.warehouse_id.id), ("kind", "=", sheet.kind)]
        known = set(self.search([*domain, ("identity", "in", list(found))]).mapped("identity"))
        return self.create(
            [
                {**vals, "identity": identity, "sheet_id": sheet.id}
                for identity, vals in found.items()
                if identity not in known
            ]
        )

    def action_retry(self):
        """Read the corrected rows; those that still cannot be read say why."""
        self.check_access("write")
        for fault in self.sudo().filtered(lambda fault: fault.state == "open"):
            fault._read_again()

    def _read_again(self):
        row = self._parse_payload()
        text = "\t".join(row) + "\n" + "\t".join(row.values()) + "\n"
        try:
            sheet = read_report(REPORT_TYPES[self.kind], text)
        except InvalidPayload as error:
            self.write({"path": error.path, "reason": error.reason})
            return
        if sheet.broken:
            path, reason, _row = sheet.broken[0]
            self.write({"path": path, "reason": reason})
            return
        self.sheet_id._take_records(sheet.records)
        self.state = "read"

    def _parse_payload(self):
        """``{column: value}``.

        :raise UserError: a line is no column
        """
        row = {}
        for line in self.payload.splitlines():
            name, colon, value = line.partition(":")
            if not colon:
                raise UserError(self.env._("The line '%s' is no column: write 'name: value'.", line))
            row[name.strip()] = value.strip().replace("\t", " ")
        return row

    def action_drop(self):
        """A person has seen that the row means nothing."""
        self.check_access("write")
        self.sudo().filtered(lambda fault: fault.state == "open").state = "dropped"
