from odoo import api, models

from .training_amazon import REGION_NAMES

CHANNEL = "amazon_ads"


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
        if account.profile_ids - known:
            account._enqueue_waiting()

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
