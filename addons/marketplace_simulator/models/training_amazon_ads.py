from datetime import timedelta

from odoo import api, fields, models

from .training_amazon import REGION_NAMES

CHANNEL = "amazon_ads"
HISTORY = timedelta(days=6)  # the world's first orders are of two days before it began


class MarketplaceSimulatorSetup(models.AbstractModel):
    _inherit = "marketplace.simulator.setup"

    @api.model
    @api.private
    def setup_training(self, url):
        """Override to connect what the training seller advertises with, once his shops are there."""
        shops = super().setup_training(url)
        access = self._ask(url, "/_sim/credentials")["channels"].get(CHANNEL)
        # Advertising is an addon of its own, which need not be installed.
        if access and "ads.account" in self.env:
            for region, details in access["regions"].items():
                self._setup_advertising(region, access, details)
        return shops

    def _setup_advertising(self, region, access, details):
        """Connect the advertising account of a region; the reports of new advertisers are asked for at once."""
        account = self._ensure_ads_account(region, access, details)
        known = account.profile_ids
        account.action_find_advertisers()
        self._ask_for_history(account.profile_ids - known)

    def _ask_for_history(self, profiles):
        """Ask for the days of the simulator's world; the schedule goes on from there. It would begin with the oldest
        days that an advertiser can be read of, and come to these after many minutes."""
        Report = self.env["ads.report"]
        until = fields.Date.today() - timedelta(days=1)
        values = [
            Report._prepare_report(profile, name, until - HISTORY, until)
            for profile in profiles.filtered("shop_id")
            for name in profile.account_id._get_connector().reports
        ]
        Report.create(values)._enqueue()

    def _ensure_ads_account(self, region, access, details):
        Account = self.env["ads.account"]
        name = self.env._("Amazon Ads %s (training)", REGION_NAMES[region])
        vals = {
            "state": "test",
            "amazonads_region": region,
            "amazonads_client_id": access["client_id"],
            "amazonads_client_secret": access["client_secret"],
            "amazonads_refresh_token": details["refresh_token"],
            "amazonads_endpoint": access["endpoint"],
        }
        account = Account.search([("name", "=", name), ("company_id", "=", self.env.company.id)])
        if account:
            account.write(vals)
            return account
        return Account.create({"name": name, "provider": "amazonads", **vals})
