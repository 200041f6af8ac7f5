"""What a batch of orders needs to know from the database, asked once per batch instead of once per order."""

from decimal import Decimal

from odoo.fields import Command


class Wait(Exception):
    """An order cannot be imported before a person has set something up.

    :param str code: machine name of the reason
    :param str message: what is missing
    :param str advice: what to do
    :param str key: what the order waits for, one per line
    """

    def __init__(self, code, message, advice, key=""):
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice
        self.key = key


class OrderBatch:
    """Lookups for the orders of one company; every answer is kept.

    :param env: environment of the company
    :param list orders: ``[(shop, Order)]``
    """

    def __init__(self, env, orders):
        self.env = env
        self.company = env.company
        self.orders = orders
        self._kept = {}
        self.listings = self._load_listings()
        self.currencies = {
            currency.name: currency for currency in env["res.currency"].search([("name", "in", list(self._codes()))])
        }
        self.countries = self._load_countries()
        self.states = self._load_states()

    def keep(self, key, function):
        """Answer of ``function()`` for ``key``, computed once."""
        if key not in self._kept:
            self._kept[key] = function()
        return self._kept[key]

    def _codes(self):
        return {order.total.currency for _shop, order in self.orders if order.total}

    def _load_listings(self):
        skus = {line.sku for _shop, order in self.orders for line in order.lines}
        shop_ids = {shop.id for shop, _order in self.orders}
        listings = self.env["marketplace.listing"].search_fetch(
            [("shop_id", "in", list(shop_ids)), ("sku", "in", list(skus))], ["shop_id", "sku", "product_id", "state"]
        )
        products = listings.product_id
        products.fetch(
            ["name", "display_name", "uom_id", "type", "is_storable", "sale_delay", "taxes_id", "route_ids", "categ_id"]
        )
        return {(listing.shop_id.id, listing.sku): listing for listing in listings}

    def _load_countries(self):
        codes = {order.address.country_code for _shop, order in self.orders if order.address}
        return {c.code: c for c in self.env["res.country"].search([("code", "in", list(codes - {""}))])}

    def _load_states(self):
        country_ids = [country.id for country in self.countries.values()]
        states = {}
        for state in self.env["res.country.state"].search_fetch(
            [("country_id", "in", country_ids)], ["country_id", "code", "name"]
        ):
            states[state.country_id.id, state.name.casefold()] = state
            states[state.country_id.id, state.code.casefold()] = state
        return states

    # === ANSWERS === #

    def currency_of(self, shop, order):
        """Currency of an order; the shop's while the marketplace states no total yet.

        :raise Wait: the currency is unknown or not active
        """
        if order.total is None:
            return shop.currency_id
        currency = self.currencies.get(order.total.currency)
        if not currency:
            raise Wait(
                "currency",
                self.env._("The currency %s is not active.", order.total.currency),
                self.env._("Activate it under Accounting > Configuration > Currencies, then retry."),
                order.total.currency,
            )
        return currency

    def country_of(self, address):
        """Country of an address.

        :raise Wait: the code is unknown
        """
        country = self.countries.get(address.country_code)
        if not country:
            raise Wait(
                "country",
                self.env._("The country code %s is unknown.", address.country_code or "–"),
                self.env._("Add the country under Contacts > Configuration > Countries, then retry."),
                address.country_code,
            )
        return country

    def listing_of(self, shop, line):
        """Listing of an order line, with a product.

        :raise Wait: the SKU is not matched to a product
        """
        listing = self.listings.get((shop.id, line.sku))
        if not listing or not listing.product_id:
            raise Wait(
                "unknown_sku",
                self.env._("The SKU %(sku)s of %(shop)s is not matched to a product.", sku=line.sku, shop=shop.name),
                self.env._(
                    "Match the listing to a product under Marketplaces > Listings; the order then comes in by itself."
                ),
                line.sku,
            )
        return listing

    def quantum_of(self, currency):
        """Smallest coin as Decimal, e.g. 0.01."""
        return self.keep(("quantum", currency.id), lambda: Decimal(1).scaleb(-currency.decimal_places))

    def pricelist_of(self, shop, currency):
        return self.keep(("pricelist", shop.id, currency.id), lambda: shop._get_pricelist(currency))

    def taxes_of(self, product, fiscal_position):
        """Tax-included taxes of a product under a fiscal position."""

        def find():
            taxes = product.taxes_id._filter_taxes_by_company(self.company)
            return fiscal_position.map_tax(taxes)._get_included() if fiscal_position else taxes._get_included()

        return self.keep(("taxes", product.id, fiscal_position.id), find)

    def defaults_of(self, model_name):
        """Default values of a model, which ``create()`` would ask for record by record."""

        def ask():
            model = self.env[model_name]
            defaults = model.default_get(list(model._fields))
            for name, value in defaults.items():
                if model._fields[name].type == "many2many" and value and isinstance(value[0], int):
                    defaults[name] = [Command.set(value)]
            return defaults

        return self.keep(("defaults", model_name), ask)

    def has_zip_positions(self):
        """Whether any fiscal position of the company depends on the postcode."""
        FiscalPosition = self.env["account.fiscal.position"]
        domain = [*FiscalPosition._check_company_domain(self.company), ("zip_from", "!=", False)]
        return self.keep("zip positions", lambda: bool(FiscalPosition.search_count(domain, limit=1)))

    def charge_product(self, kind):
        """Service product that carries a kind of charge."""
        return self.keep(("product", kind), lambda: self.env.ref(f"marketplace.product_{kind}"))

    def line_name_of(self, product, lang):
        return self.keep(
            ("name", product.id, lang), lambda: product.with_context(lang=lang).get_product_multiline_description_sale()
        )
