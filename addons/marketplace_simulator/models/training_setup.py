import time
from datetime import timedelta
from urllib.parse import urljoin

import requests
from odoo import api, fields, models
from odoo.addons.marketplace.contract import NotReady
from odoo.exceptions import UserError

REGION_NAMES = {"eu": "Europe", "na": "America", "fe": "Far East"}
CARRIERS = [("DHL", "DHL"), ("Royal Mail", "Royal Mail"), ("DPD", "DPD"), ("UPS", "UPS")]
TIMEOUT = (5, 30)
HISTORY = timedelta(days=700)  # the Orders API shows two years
REPORT_PATIENCE = 300


class MarketplaceSimulatorSetup(models.AbstractModel):
    """Makes training shops on a running simulator, through the same steps a seller takes with a real account."""

    _name = "marketplace.simulator.setup"
    _description = "Training Shop Setup"

    @api.model
    @api.private
    def setup_training(self, url):
        """Connect to a simulator, match its catalogue to products, put its starting stock on shelves, start the shops.

        Running it again completes what is missing and changes nothing else.

        :param str url: address of the simulator
        :return: the training shops
        """
        access = self._ask(url, "/_sim/credentials")
        counted = {
            region: {listing["sku"]: listing["starting_quantity"] for listing in listings}
            for region, listings in self._ask(url, "/_sim/catalogue").items()
        }
        shops = self.env["marketplace.shop"]
        for region, details in access["regions"].items():
            account = self._ensure_account(url, region, access, details)
            account.action_test_connection()
            shops |= self._prepare_shops(account)
        self._ensure_carriers()
        for shop in shops.filtered(lambda shop: shop.state == "draft"):
            self._import_catalogue(shop, counted[shop.account_id.amazon_region])
        shops.filtered(lambda shop: shop.state == "draft").action_start()
        return shops

    def _ask(self, url, path):
        """What the simulator's own interface answers: what a seller has on paper or counts on the shelf.

        :raise UserError: no simulator answers there
        """
        try:
            answer = requests.get(urljoin(url, path), timeout=TIMEOUT)
            answer.raise_for_status()
        except requests.RequestException as error:
            raise UserError(self.env._("No simulator answers at %(url)s: %(error)s", url=url, error=error)) from error
        return answer.json()

    def _ensure_account(self, url, region, access, details):
        Account = self.env["marketplace.account"]
        name = self.env._("Amazon %s (training)", REGION_NAMES[region])
        account = Account.search([("name", "=", name), ("company_id", "=", self.env.company.id)])
        vals = {
            "state": "test",
            "amazon_region": region,
            "amazon_client_id": access["client_id"],
            "amazon_client_secret": access["client_secret"],
            "amazon_refresh_token": details["refresh_token"],
            "amazon_seller_id": details["seller_id"],
            "amazon_endpoint": url,
        }
        if account:
            account.write(vals)
            return account
        return Account.create({"name": name, "provider": "amazon", **vals})

    # === SHOPS === #

    def _prepare_shops(self, account):
        """Give new shops their warehouses, and let them fetch all that was ever sold."""
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", account.company_id.id)], limit=1)
        fulfilment = self._ensure_fulfilment_warehouse(account)
        shops = account.shop_ids.filtered(lambda shop: shop.state == "draft")
        shops.write(
            {
                "warehouse_ids": [fields.Command.link(warehouse.id)],
                "fulfilment_warehouse_id": fulfilment.id,
                "order_cursor": fields.Datetime.now() - HISTORY,
                "stock_from": fields.Datetime.now() - HISTORY,
            }
        )
        return account.shop_ids

    def _ensure_fulfilment_warehouse(self, account):
        code = f"FBA{account.amazon_region.upper()}"
        Warehouse = self.env["stock.warehouse"]
        return Warehouse.search([("code", "=", code), ("company_id", "=", account.company_id.id)]) or Warehouse.create(
            {
                "name": self.env._("Amazon %s (FBA)", REGION_NAMES[account.amazon_region]),
                "code": code,
                "company_id": account.company_id.id,
                "partner_id": False,
            }
        )

    def _ensure_carriers(self):
        """Carriers a training seller hands parcels to."""
        Carrier = self.env["delivery.carrier"]
        known = set(Carrier.search([("marketplace_carrier_code", "!=", False)]).mapped("marketplace_carrier_code"))
        product = self.env.ref("marketplace.product_shipping")
        Carrier.create(
            [
                {"name": name, "marketplace_carrier_code": code, "product_id": product.id, "delivery_type": "fixed"}
                for name, code in CARRIERS
                if code not in known
            ]
        )

    # === CATALOGUE === #

    def _import_catalogue(self, shop, counted):
        """Import the listings, create products for the unknown ones, and put the starting stock on the shelves.

        :param dict counted: ``{SKU: units}`` before the first order
        """
        received = self._wait_for(
            lambda handle: shop.account_id._get_connector().fetch_listings(shop.external_id, handle)
        )
        listings = self.env["marketplace.listing.importer"]._apply(shop, received)
        listings.action_create_products()
        self._stock(listings, counted, "merchant", shop.warehouse_id)
        self._stock(listings, counted, "marketplace", shop.fulfilment_warehouse_id)

    def _wait_for(self, verb):
        """Call a verb until its report is ready. Only this setup waits; jobs come back later instead."""
        handle, deadline = None, time.monotonic() + REPORT_PATIENCE
        while True:
            try:
                return verb(handle)
            except NotReady as pending:
                if time.monotonic() > deadline:
                    raise UserError(self.env._("The simulator did not finish its report in time.")) from pending
                handle = pending.handle
                time.sleep(min(pending.retry_after, 1))

    def _stock(self, listings, units_by_sku, fulfilment, warehouse):
        """Count starting quantities into a warehouse, for products it has none of yet."""
        products = {
            listing.product_id: units_by_sku.get(listing.sku, 0)
            for listing in listings
            if listing.fulfilment == fulfilment and listing.product_id
        }
        Quant = self.env["stock.quant"]
        location = warehouse.lot_stock_id
        known = Quant.search(
            [("location_id", "=", location.id), ("product_id", "in", [p.id for p in products])]
        ).product_id
        quants = Quant.with_context(inventory_mode=True).create(
            [
                {"product_id": product.id, "location_id": location.id, "inventory_quantity": units}
                for product, units in products.items()
                if units and product not in known
            ]
        )
        quants.action_apply_inventory()
