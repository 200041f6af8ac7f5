from odoo import api, fields, models
from odoo.exceptions import UserError

from ..contract import ConnectorError


class MarketplaceAccount(models.Model):
    _name = "marketplace.account"
    _description = "Marketplace Account"
    _inherit = ["marketplace.connection"]
    _order = "name, id"

    name = fields.Char(required=True, help="How you call this seller account, e.g. 'Amazon Europe'.")
    provider = fields.Selection(
        [("none", "No connector")],
        required=True,
        default="none",
        help="The marketplace this account belongs to. Install a connector to get more choices.",
    )
    shop_ids = fields.One2many("marketplace.shop", "account_id")
    shop_count = fields.Integer(compute="_compute_shop_count")
    retention_days = fields.Integer(
        "Keep Buyer Data (days)",
        default=30,
        help="Names, addresses, phones and raw payloads of finished orders are erased this many days after shipment. "
        "Amazon's data protection policy allows 30.",
    )

    _name_company_uniq = models.UniqueIndex("(company_id, name) WHERE active", "This account name is already used.")

    # === COMPUTE METHODS === #

    @api.depends("shop_ids")
    def _compute_shop_count(self):
        counts = dict(
            self.env["marketplace.shop"]._read_group([("account_id", "in", self.ids)], ["account_id"], ["__count"])
        )
        for account in self:
            account.shop_count = counts.get(account, 0)

    # === ACTIONS === #

    def action_test_connection(self):
        """Ask the marketplace for the shops of this account and create the ones that are new."""
        self.ensure_one()
        try:
            infos = self._get_connector().fetch_shops()
        except ConnectorError as error:
            raise UserError(
                self.env._("%(account)s cannot be reached: %(error)s", account=self.name, error=error)
            ) from error
        self._resume()
        created = self._create_missing_shops(infos)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Connected. %(count)s shops found, %(new)s new.", count=len(infos), new=len(created)
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _create_missing_shops(self, infos):
        """Shops of the account that we do not know yet, as draft records.

        :param list infos: :class:`~..contract.ShopInfo`
        """
        Shop = self.env["marketplace.shop"].with_context(active_test=False)
        known = set(Shop.search([("account_id", "=", self.id)]).mapped("external_id"))
        return Shop.create([self._prepare_shop_vals(info) for info in infos if info.external_id not in known])

    def _prepare_shop_vals(self, info):
        currency = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", info.currency)], limit=1)
        )
        if not currency.active:
            currency.sudo().active = True
        return {
            "account_id": self.id,
            "name": info.name,
            "external_id": info.external_id,
            "country_id": self.env["res.country"].search([("code", "=", info.country_code)], limit=1).id,
            "currency_id": currency.id,
        }

    def action_view_shops(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Shops"),
            "res_model": "marketplace.shop",
            "view_mode": "kanban,list,form",
            "domain": [("account_id", "=", self.id)],
            "context": {"default_account_id": self.id},
        }
