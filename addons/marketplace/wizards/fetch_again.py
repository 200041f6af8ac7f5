from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..models.fetch import OBJECTS


class MarketplaceFetchAgain(models.TransientModel):
    _name = "marketplace.fetch.again"
    _description = "Fetch Orders Again"

    object = fields.Selection(
        [("orders", "Orders"), ("returns", "Returns")], default="orders", required=True, string="What"
    )
    shop_ids = fields.Many2many("marketplace.shop", string="Shops", required=True)
    date_from = fields.Datetime("From", required=True, default=lambda self: fields.Datetime.now() - timedelta(days=2))
    date_to = fields.Datetime("To", help="Empty: up to now.")

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for wizard in self:
            if wizard.date_to and wizard.date_to <= wizard.date_from:
                raise ValidationError(self.env._("The end of the time range must lie after its start."))
            if wizard.date_from > fields.Datetime.now():
                raise ValidationError(self.env._("The time range lies in the future."))

    def action_fetch(self):
        """Start a fetch per account and show its progress. What is already here is recognised."""
        accounts = self.shop_ids.account_id
        if disabled := accounts.filtered(lambda account: account.state == "disabled"):
            raise UserError(self.env._("Enable these accounts first: %s", ", ".join(disabled.mapped("name"))))
        capability = OBJECTS[self.object][1]
        if unable := accounts.sudo().filtered(lambda account: capability not in account._get_capabilities()):
            raise UserError(self.env._("This cannot be fetched from: %s", ", ".join(unable.mapped("name"))))
        fetches = (
            self.env["marketplace.fetch"]
            .sudo()
            .create(
                [
                    {
                        "account_id": account.id,
                        "shop_ids": self.shop_ids.filtered(
                            lambda shop, account=account: shop.account_id == account
                        ).ids,
                        "object": self.object,
                        "kind": "manual",
                        "since": self.date_from,
                        "until": self.date_to,
                    }
                    for account in accounts
                ]
            )
        )
        fetches._enqueue()
        return fetches._get_records_action(name=self.env._("Fetching in the Background"))
