"""What the supply chain needs before goods move: a customs tariff, a hub, lanes, partners, and accounts at the
operators of warehouses."""

from datetime import datetime, timezone

import requests

from scripts.lib.odoo_client import OdooClient
from scripts.lib.once_books import Books
from scripts.lib.once_customs import BOARD, CHOPSTICKS, import_tariff

HS_CODES, ENOUGH = (BOARD, CHOPSTICKS), 20


class Setup:
    """Makes the records and holds their ids: ``products`` by SKU, ``currencies`` by code, ``hub``, ``uk_warehouse``,
    ``us_warehouse``, ``uk_lane``, ``us_lane``, ``supplier``, ``forwarder``, ``broker``, ``buyer``, ``clearing``
    (account of the bills), ``vat`` (account of import VAT), ``cards`` (the products at the operator), and ``today``.

    :param books: kept since before the first order
    :param simulator_url: where marketplaces and the operators are
    :param operator: of the third-party warehouse
    """

    def __init__(self, odoo: OdooClient, books: Books, simulator_url: str, operator: str):
        self._odoo = odoo
        self.today = datetime.now(timezone.utc).date().isoformat()
        self.currencies, self.clearing, self.vat = books.currencies, books.clearing, books.vat
        country = {code: self._find("res.country", [("code", "=", code)]) for code in ("CN", "GB", "US")}
        catalogue = requests.get(f"{simulator_url}/_sim/catalogue", timeout=60).json()["na"]
        self.products = self._products(catalogue, country["CN"])
        import_tariff(odoo)
        self._partners(country)
        self._lanes(country)
        access = requests.get(f"{simulator_url}/_sim/credentials", timeout=60).json()["channels"][operator]
        self.uk_warehouse, self.cards = self._operator(operator, access)
        self.us_warehouse = self._amazon()

    def _products(self, catalogue: list[dict], origin: int) -> dict[str, int]:
        """Products that Amazon ships in America, of which it has few but enough to sell."""
        stocked = [row for row in catalogue if row["channel"] == "marketplace" and row["quantity"] >= ENOUGH]
        fewest = sorted(stocked, key=lambda row: (row["quantity"], row["sku"]))
        values = {"weight": 1.1, "country_of_origin": origin}
        products = {}
        for row, hs_code in zip(fewest, HS_CODES, strict=False):
            products[row["sku"]] = self._find("product.product", [("default_code", "=", row["sku"])])
            self._odoo.call("product.product", "write", [products[row["sku"]]], {**values, "hs_code": hs_code})
        return products

    def _partners(self, country: dict[str, int]) -> None:
        self.supplier, self.forwarder, self.broker = (
            self._odoo.create("res.partner", name=name, country_id=country["CN"])
            for name in ("Shenzhen Bamboo Works", "Pearl River Forwarding", "Gateway Customs")
        )
        self.buyer = self._odoo.create(
            "res.partner", name="Ada Turner", street="1 Wharf Road", city="London", zip="N1 7GR",
            country_id=country["GB"], phone="+44 20 7946 0000", email="ada@example.com",
        )  # fmt: skip

    def _lanes(self, country: dict[str, int]) -> None:
        address = self._odoo.create(
            "res.partner", name="Shenzhen Hub", street="8 Gangcheng Road", city="Shenzhen", zip="518081",
            country_id=country["CN"], phone="+86 755 0000 0000", email="hub@example.com",
        )  # fmt: skip
        self.hub = self._odoo.create("stock.warehouse", name="Shenzhen Hub", code="SZHUB", partner_id=address)
        lane = {"origin_country_id": country["CN"]}
        self.uk_lane, self.us_lane = (
            self._odoo.create("first.mile.lane", name=name, destination_country_id=country[code], **lane)
            for name, code in (("Shenzhen – Felixstowe", "GB"), ("Shenzhen – Los Angeles", "US"))
        )

    def _operator(self, operator: str, access: dict) -> tuple[int, list[int]]:
        """Connect the operator's British warehouse and list the products there."""
        settings = {f"{operator}_{name}": access[name] for name in ("app_key", "app_token", "category", "endpoint")}
        account = self._odoo.create("overseas.account", name="GoodCang", provider=operator, state="test", **settings)
        place = self._connect(account, "GB")
        service = self._find("overseas.service", [("warehouse_id", "=", place)])
        self._odoo.call("overseas.warehouse", "write", [place], {"service_id": service})
        card = {
            "length_cm": 38, "width_cm": 28, "height_cm": 3, "weight_kg": 1.1,
            "declared_name": "bamboo kitchenware", "declared_value": 5, "currency_id": self.currencies["USD"],
        }  # fmt: skip
        return self._stock_warehouse(place), self._cards(account, **card)

    def _amazon(self) -> int:
        """Connect Amazon's American warehouse, which the training shop has already, and list the products there."""
        seller = self._find("marketplace.account", [("provider", "=", "amazon"), ("amazon_region", "=", "na")])
        account = self._odoo.create("overseas.account", name="FBA", provider="fba", state="test", fba_account_id=seller)
        place = self._connect(account, "US")
        # Amazon's ledger is written a day later: in this hour its own word on a shipment says what it has received.
        self._odoo.call("overseas.warehouse", "write", [place], {"fba_book": False})
        self._cards(account)
        return self._stock_warehouse(place)

    def _connect(self, account: int, country: str) -> int:
        """Connect the account's warehouse in a country; returns its record at the operator."""
        finder = self._odoo.call("overseas.account", "action_find_warehouses", [account])["res_id"]
        domain = [("finder_id", "=", finder), ("country_code", "=", country)]
        line = self._find("overseas.warehouse.finder.line", domain)
        self._odoo.call("overseas.warehouse.finder.line", "write", [line], {"connect": True})
        self._odoo.call("overseas.warehouse.finder", "action_connect", [finder])
        return self._find("overseas.warehouse", [("account_id", "=", account)])

    def _stock_warehouse(self, place: int) -> int:
        return self._odoo.call("overseas.warehouse", "read", [place], ["warehouse_id"])[0]["warehouse_id"][0]

    def _cards(self, account: int, **card: object) -> list[int]:
        return [
            self._odoo.create("overseas.product", account_id=account, product_id=product, sku=sku, **card)
            for sku, product in self.products.items()
        ]

    def _find(self, model: str, domain: list) -> int:
        """The first record.

        :raise IndexError: there is none
        """
        return self._odoo.call(model, "search", domain, limit=1)[0]
