from odoo import fields, models
from odoo.addons.overseas_warehouse.contract import Service, WarehouseInfo
from odoo.exceptions import UserError

from ..connector import FileProvider, Settings
from .folder import RecordFolder


class OverseasAccount(models.Model):
    _inherit = "overseas.account"

    provider = fields.Selection(selection_add=[("csv", "By File (CSV, Excel)")], ondelete={"csv": "set default"})
    csv_place_ids = fields.One2many("overseas.file.place", "account_id", string="Warehouses of the Operator")
    csv_service_ids = fields.One2many(
        "overseas.file.service",
        "account_id",
        string="Services of the Operator",
        help="Ways to ship that the files may name. Orders with another service are refused.",
    )
    csv_language = fields.Selection(
        [("en", "English"), ("zh", "Chinese")],
        "Language of the Files",
        default="en",
        help="Of the headings in the files for the warehouse. Its reports may have either.",
    )
    csv_format = fields.Selection([("csv", "CSV"), ("xlsx", "Excel")], "Format of the Files", default="xlsx")
    csv_waiting_count = fields.Integer(compute="_compute_csv_waiting_count")

    def _compute_csv_waiting_count(self):
        counts = dict(
            self.env["overseas.file"]._read_group(
                [("account_id", "in", self.ids), ("state", "=", "new")], ["account_id"], ["__count"]
            )
        )
        for account in self:
            account.csv_waiting_count = counts.get(account, 0)

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace.connection` to speak by files."""
        if self.provider != "csv":
            return super()._build_connector()
        if not self.csv_place_ids:
            raise UserError(self.env._("%s has no warehouses yet. Add them under Files first.", self.name))
        settings = Settings(
            warehouses=tuple(
                WarehouseInfo(place.code, place.name, place.country_id.code) for place in self.csv_place_ids
            ),
            services=tuple(Service(service.code, service.name) for service in self.csv_service_ids),
            chinese=self.csv_language == "zh",
            excel=self.csv_format == "xlsx",
        )
        return FileProvider(RecordFolder(self), settings)

    def _get_connector(self):
        """Override of `marketplace.connection`: files are records of this transaction, no connector outlives it."""
        if self.provider == "csv" and self.state != "disabled":
            return self._build_connector()
        return super()._get_connector()

    # === ACTIONS === #

    def action_upload_file(self):
        """Ask for a report of the warehouse."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Upload a Report"),
            "res_model": "overseas.file.upload",
            "view_mode": "form",
            "target": "new",
            "context": {"default_account_id": self.id},
        }

    def action_view_files(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("overseas_warehouse_csv.action_files")
        return {**action, "domain": [("account_id", "=", self.id)], "context": {"default_account_id": self.id}}
