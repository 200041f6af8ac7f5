from odoo import api, fields, models
from odoo.addons.marketplace.contract import ConnectorError
from odoo.exceptions import UserError

from ..contract import WarehouseInfo


class OverseasWarehouseFinder(models.TransientModel):
    _name = "overseas.warehouse.finder"
    _description = "Connect Overseas Warehouses"

    account_id = fields.Many2one("overseas.account", required=True, readonly=True, ondelete="cascade")
    line_ids = fields.One2many("overseas.warehouse.finder.line", "finder_id")

    @api.model
    def _find(self, account):
        """Ask an account for its warehouses and offer those that are not connected.

        :raise UserError: it cannot be reached, or has no more
        """
        try:
            infos = account._get_connector().fetch_warehouses()
        except ConnectorError as error:
            message = self.env._("%(account)s cannot be reached: %(error)s", account=account.name, error=error)
            raise UserError(message) from error
        account._resume()
        known = set(account.warehouse_ids.mapped("code"))
        new = [info for info in infos if info.code not in known]
        if not new:
            raise UserError(self.env._("All warehouses of %s are connected already.", account.name))
        lines = [
            fields.Command.create({"code": info.code, "name": info.name, "country_code": info.country_code})
            for info in new
        ]
        return self.create({"account_id": account.id, "line_ids": lines})

    def action_connect(self):
        """Make the chosen ones warehouses of Odoo."""
        self.ensure_one()
        chosen = self.line_ids.filtered("connect")
        if not chosen:
            raise UserError(self.env._("Choose at least one warehouse."))
        infos = [WarehouseInfo(line.code, line.name, line.country_code or "") for line in chosen]
        warehouses = self.env["overseas.warehouse"]._create_from_infos(self.account_id, infos)
        warehouses.action_fetch_services()
        return self.account_id.action_view_warehouses()


class OverseasWarehouseFinderLine(models.TransientModel):
    _name = "overseas.warehouse.finder.line"
    _description = "Overseas Warehouse to Connect"

    finder_id = fields.Many2one("overseas.warehouse.finder", required=True, ondelete="cascade")
    connect = fields.Boolean()
    code = fields.Char(readonly=True)
    name = fields.Char(readonly=True)
    country_code = fields.Char("Country", readonly=True)
