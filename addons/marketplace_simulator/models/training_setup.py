import time
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_urlsafe
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
from odoo import api, fields, models
from odoo.addons.marketplace.contract import Capability, NotReady
from odoo.exceptions import UserError

from ..server import depot
from ..server.channels.tokens import s256

CARRIERS = [("DHL", "DHL"), ("Royal Mail", "Royal Mail"), ("DPD", "DPD"), ("UPS", "UPS")]
TIMEOUT = (5, 30)
# What a dollar buys of the currencies in which training shops sell, about.
RATES = {
    "USD": 1, "BRL": 5.4, "CAD": 1.37, "CNY": 7.1, "EUR": 0.86, "GBP": 0.76, "IDR": 16600, "JPY": 150, "MXN": 18.5,
    "MYR": 4.2, "PHP": 58, "PLN": 3.65, "SEK": 9.5, "SGD": 1.3, "THB": 32.5, "TWD": 30.5, "VND": 26300,
}  # fmt: skip
HISTORY = timedelta(days=700)  # Amazon's Orders API shows two years
REPORT_PATIENCE = 300


@dataclass(frozen=True)
class TrainingAccount:
    """What a provider's module knows about one account of a training seller.

    :ivar label: names the account, e.g. ``Shopee Singapore``
    :ivar vals: of the ``marketplace.account``
    :ivar outlets: of the simulator whose starting stock the account's shops sell
    :ivar approve: what the seller fills in on the page where access is granted, beside pressing "Approve"
    :ivar fulfilment_code: code of the warehouse in which the marketplace keeps stock, where it does
    """

    label: str
    vals: dict
    outlets: tuple[str, ...]
    approve: dict = field(default_factory=dict)
    fulfilment_code: str = ""


class MarketplaceSimulatorSetup(models.AbstractModel):
    """Makes training shops on a running simulator, through the same steps a seller takes with a real account.

    A provider brings a method ``_get_<provider>_accounts(access)`` in a module ``training_<provider>``: it gets what
    the simulator gives as this channel's credentials (with ``endpoint`` and ``outlets``) and returns a list of
    :class:`TrainingAccount`.
    """

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
        catalogue = self._ask(url, "/_sim/catalogue")
        shops = self.env["marketplace.shop"]
        counted = {}
        for provider, access in self._get_channels(url).items():
            for training in self._get_accounts(provider, access):
                account = self._ensure_account(provider, training)
                self._authorise(account, training)
                account.action_test_connection()
                shops |= self._prepare_shops(account, training)
                counted[account] = {
                    listing["sku"]: listing["starting_quantity"]
                    for outlet in training.outlets
                    for listing in catalogue[outlet]
                }
        self._ensure_carriers()
        self._ensure_rates(shops)
        for shop in shops.filtered(lambda shop: shop.state == "draft"):
            self._import_catalogue(shop, counted[shop.account_id])
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

    # === ACCOUNTS === #

    def _get_channels(self, url):
        """Credentials of every channel that sells at the simulator, as ``{provider: dict}``."""
        access = self._ask(url, "/_sim/credentials")
        channels = access.pop("channels")
        channels = {name: given for name, given in channels.items() if name not in depot.names()}
        return {**({"amazon": {**access, "endpoint": url}} if access["regions"] else {}), **channels}

    def _get_accounts(self, provider, access):
        method = getattr(self, f"_get_{provider}_accounts", None)
        known = dict(self.env["marketplace.account"]._fields["provider"]._description_selection(self.env))
        if method is None or provider not in known:
            raise UserError(self.env._("No connector for the simulator's channel %s is installed.", provider))
        return method(access)

    def _ensure_account(self, provider, training):
        Account = self.env["marketplace.account"]
        name = self.env._("%s (training)", training.label)
        account = Account.search([("name", "=", name), ("company_id", "=", self.env.company.id)])
        vals = {"state": "test", **training.vals}
        if account:
            account.write(vals)
            return account
        return Account.create({"name": name, "provider": provider, **vals})

    def _authorise(self, account, training):
        """Grant access on the simulator's page, as a seller does in the browser, where the marketplace has one.

        :raise UserError: the marketplace does not grant it
        """
        connector = account._get_connector()
        if Capability.AUTHORISATION not in connector.capabilities:
            return
        state, verifier = token_urlsafe(16), token_urlsafe(48)
        page = connector.authorization_url(state, account.redirect_uri, s256(verifier))
        decision = {**training.approve, "decision": "approve"}
        answer = requests.get(page, params=decision, timeout=TIMEOUT, allow_redirects=False)
        params = dict(parse_qsl(urlsplit(answer.headers.get("Location", "")).query))
        problem = account._finish_authorisation(params, account.redirect_uri, verifier)
        if problem:
            raise UserError(problem)

    # === SHOPS === #

    def _prepare_shops(self, account, training):
        """Give new shops their warehouses, and let them fetch all that was ever sold."""
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", account.company_id.id)], limit=1)
        fulfilment = self._ensure_fulfilment_warehouse(account, training)
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

    def _ensure_fulfilment_warehouse(self, account, training):
        Warehouse = self.env["stock.warehouse"]
        code = training.fulfilment_code
        if not code:
            return Warehouse
        return Warehouse.search([("code", "=", code), ("company_id", "=", account.company_id.id)]) or Warehouse.create(
            {
                "name": self.env._("%s (marketplace warehouse)", training.label),
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

    def _ensure_rates(self, shops):
        """Exchange rates of currencies that have none, from the day of the first order."""
        since = fields.Date.context_today(self) - HISTORY
        company = self.env.company
        own = RATES.get(company.currency_id.name)
        missing = shops.filtered("rate_missing").currency_id.filtered(lambda currency: own and currency.name in RATES)
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": currency.id,
                    "company_id": company.root_id.id,
                    "name": since,
                    "company_rate": RATES[currency.name] / own,
                }
                for currency in missing
            ]
        )

    # === CATALOGUE === #

    def _import_catalogue(self, shop, counted):
        """Import the listings, create products for the unknown ones, and put the starting stock on the shelves.

        Shops sell the same products: the first creates and counts them, the others find them by their SKU.

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
