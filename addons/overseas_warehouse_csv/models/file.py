import base64
from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.addons.overseas_warehouse.models.snapshot import read_pages
from odoo.exceptions import UserError

from ..connector import DOCUMENTS, read_report
from ..connector.sheet import read_sheet

KINDS = [
    ("orders", "Orders"),
    ("notices", "Announced Goods"),
    ("products", "Products"),
    ("stock", "Stock"),
    ("receipts", "Receipts"),
    ("shipments", "Shipped Orders"),
    ("returns", "Returns"),
    ("bills", "Charges"),
]
REPORT_KINDS = [(kind, label) for kind, label in KINDS if kind not in DOCUMENTS]
# Whose documents a report is about, and when nothing more can be said about one of them.
FOLLOWED = {
    "receipts": ("overseas.inbound", ("received", "cancelled", "rejected")),
    "shipments": ("overseas.outbound", ("shipped", "cancelled", "rejected")),
}
BEGINNING = datetime(2000, 1, 1, tzinfo=timezone.utc)
END = datetime(2200, 1, 1, tzinfo=timezone.utc)


class OverseasFile(models.Model):
    """A file for a warehouse without an interface, or one that came from it."""

    _name = "overseas.file"
    _description = "File of an Overseas Warehouse"
    _order = "filed_at desc, id desc"

    name = fields.Char(required=True, readonly=True)
    account_id = fields.Many2one("overseas.account", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    direction = fields.Selection(
        [("out", "To the Warehouse"), ("in", "From the Warehouse")], required=True, readonly=True
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    content = fields.Binary(readonly=True, attachment=True)
    numbers = fields.Json(readonly=True, help="Numbers of the orders, notices or products in it.")
    number_text = fields.Char("Documents", compute="_compute_number_text", search="_search_number_text")
    row_count = fields.Integer("Rows", readonly=True, aggregator=None)
    filed_at = fields.Datetime("Filed", required=True, readonly=True, default=fields.Datetime.now)
    state = fields.Selection(
        [
            ("new", "To Hand Over"),
            ("handed_over", "Handed Over"),
            ("in_use", "In Use"),
            ("done", "Done"),
            ("rejected", "Not Readable"),
        ],
        required=True,
        readonly=True,
        help="To Hand Over: download it and give it to the warehouse. In Use: something in it may still matter. "
        "Done: nothing in it can change anything any more.",
    )
    handed_over_at = fields.Datetime(readonly=True)
    handed_over_by_id = fields.Many2one("res.users", readonly=True)
    message = fields.Text("Problem", readonly=True)

    _name_uniq = models.Constraint(
        "UNIQUE(account_id, direction, kind, name)", "There is a file of this name already. Give it another name."
    )
    _open_idx = models.Index("(account_id, kind) WHERE state = 'in_use'")

    @api.depends("numbers")
    def _compute_number_text(self):
        for file in self:
            file.number_text = ", ".join(file.numbers or ())

    def _search_number_text(self, operator, value):
        if operator not in ("ilike", "="):
            return NotImplemented
        query = """SELECT id FROM overseas_file
                    WHERE EXISTS (SELECT FROM jsonb_array_elements_text(numbers) AS one WHERE one ILIKE %s)"""
        self.flush_model(["numbers"])
        self.env.cr.execute(query, [value if operator == "=" else f"%{value}%"])
        return [("id", "in", [row[0] for row in self.env.cr.fetchall()])]

    def _get_bytes(self):
        self.ensure_one()
        return base64.b64decode(self.with_context(bin_size=False).content or b"")

    # === TO THE WAREHOUSE === #

    @api.model
    def _create_outgoing(self, account, kind, name, content):
        """Keep a file for the warehouse until a person hands it over.

        :param bytes content: as :mod:`..connector.writing` makes it
        """
        rows = read_sheet(name, content, DOCUMENTS[kind])
        return self.create(
            {
                "name": name,
                "account_id": account.id,
                "direction": "out",
                "kind": kind,
                "content": base64.b64encode(content),
                # Spreadsheets are kept from running what begins like a formula by an apostrophe.
                "numbers": sorted({row["reference"].removeprefix("'") for row in rows}),
                "row_count": len(rows),
                "state": "new",
            }
        )

    def action_download(self):
        """Give the file to the person who hands it over to the warehouse, and note that."""
        self.ensure_one()
        if not self.content:
            message = self.env._("The addresses in %s were deleted, as the account is set to.", self.name)
            raise UserError(message)
        if self.state == "new":
            values = {"handed_over_at": fields.Datetime.now(), "handed_over_by_id": self.env.uid}
            self.sudo().write({"state": "handed_over", **values})
        url = f"/web/content/{self._name}/{self.id}/content/{self.name}?download=true"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    # === FROM THE WAREHOUSE === #

    @api.model
    def _file_report(self, account, kind, name, content, rows):
        """Keep a report that was checked, and have what it says taken over in the background.

        :param list rows: as :func:`..connector.read_report` gives them
        """
        Warehouse = self.env["overseas.warehouse"]
        codes = {row["warehouse"] for row in rows if "warehouse" in row}
        file = self.create(
            {
                "name": self._get_free_name(account, kind, name),
                "account_id": account.id,
                "direction": "in",
                "kind": kind,
                "content": base64.b64encode(content),
                "numbers": sorted({row["reference"] for row in rows if "reference" in row}),
                "row_count": len(rows),
                "state": "in_use",
            }
        )
        file._retire_older()
        file._enqueue_taking(Warehouse.search([("account_id", "=", account.id), ("code", "in", list(codes))]))
        return file

    @api.model
    def _get_free_name(self, account, kind, name):
        """The name, numbered where it is taken: charges without a number are told apart by it."""
        domain = [("account_id", "=", account.id), ("direction", "=", "in"), ("kind", "=", kind)]
        taken = set(self.search(domain).mapped("name"))
        stem, dot, ending = name.rpartition(".")
        names = (f"{stem} ({number}).{ending}" if dot else f"{name} ({number})" for number in range(2, len(taken) + 3))
        return name if name not in taken else next(free for free in names if free not in taken)

    def _enqueue_taking(self, warehouses):
        account = self.account_id
        if self.kind == "stock":
            for warehouse in warehouses:
                self.env["overseas.snapshot"]._enqueue_take(warehouse)
        elif self.kind in FOLLOWED:
            self.env[FOLLOWED[self.kind][0]]._enqueue(account)
        else:
            self.sudo().with_delay(
                channel="root.overseas",
                identity_key=f"{self._name}._job_take.{self.id}",
                description=self.env._("Take over %s", self.name),
            )._job_take()

    def _job_take(self):
        """Take over returns or charges of whatever day; running it twice takes nothing twice."""
        self.ensure_one()
        account = self.account_id
        if self.state != "in_use" or account.state == "disabled":
            return
        codes = account.warehouse_ids.mapped("code")
        if self.kind == "returns":
            model, ask = "overseas.return", lambda provider: provider.fetch_returns(codes, BEGINNING)
        else:
            model, ask = "overseas.bill", lambda provider: provider.fetch_bills(BEGINNING, END)
        answer, error = account._ask(
            self.env._("Take over a file"), lambda provider: read_pages(lambda _token: ask(provider))
        )
        if error is None:
            account._note_broken(answer[1], self.env._("Take over a file"))
            self.env[model]._keep(account, answer[0])
            self.filtered(lambda file: file.state == "in_use").state = "done"

    def _retire_older(self):
        """Reports that can change nothing any more are read no longer."""
        older = self.search(
            [("account_id", "=", self.account_id.id), ("kind", "=", self.kind), ("state", "=", "in_use"),
             ("direction", "=", "in"), ("id", "!=", self.id)]
        )  # fmt: skip
        if self.kind == "stock":
            newer = self._get_warehouses()
            older.filtered(lambda file: file._get_warehouses() <= newer).state = "done"
        elif self.kind in FOLLOWED and older:
            model, closed = FOLLOWED[self.kind]
            numbers = {reference for file in older for reference in file.numbers}
            domain = [("account_id", "=", self.account_id.id), ("reference", "in", list(numbers))]
            still = set(self.env[model].search([*domain, ("state", "not in", closed)]).mapped("reference"))
            older.filtered(lambda file: not still & set(file.numbers)).state = "done"

    def _get_warehouses(self):
        """Codes of the warehouses of a stock report."""
        return {row["warehouse"] for row in read_report(self.kind, self.name, self._get_bytes())}

    def action_take_again(self):
        """Read reports that could not be read once more, in the background."""
        self.check_access("read")
        for file in self.sudo().filtered(lambda file: file.state == "rejected"):
            file.write({"state": "in_use", "message": False})
            file._enqueue_taking(file.account_id.warehouse_ids)
