"""What the supply chain needs before goods move: books, a hub, lanes, partners, and an account at an operator."""

from datetime import datetime, timedelta, timezone

import requests

from scripts.lib.odoo_client import OdooClient

#: What 1 pound buys; only currencies without a rate get one.
RATES = {"CNY": 9.3, "USD": 1.31}
#: Value of the stock that there is already.
OPENING_COST = 4.2
ACCOUNTS = {
    "cost_layer_account_id": ("Capitalised freight and duty", "118800", "asset_current"),
    "cost_layer_clearing_account_id": ("Freight and duty to capitalise", "508800", "expense_direct_cost"),
    "cost_layer_expense_account_id": ("Freight and duty of goods sold", "508900", "expense_direct_cost"),
}
NUMBER_OF_PRODUCTS, ENOUGH = 2, 20


class Setup:
    """Makes the records and holds their ids: ``products`` by SKU, ``currencies`` by code, ``hub``, ``uk_warehouse``,
    ``us_warehouse``, ``uk_lane``, ``us_lane``, ``supplier``, ``forwarder``, ``buyer``, ``clearing`` (account of the
    bills), ``cards`` (the products at the operator), and ``today``.

    :param simulator_url: where marketplaces and the operator are
    :param operator: of the third-party warehouse
    """

    def __init__(self, odoo: OdooClient, simulator_url: str, operator: str):
        self._odoo = odoo
        now = datetime.now(timezone.utc)
        self.today, self._since = (day.date().isoformat() for day in (now, now - timedelta(days=60)))
        self.currencies = self._currencies()
        self.products = self._products(requests.get(f"{simulator_url}/_sim/catalogue", timeout=60).json()["na"])
        self._books()
        self._partners_and_lanes()
        access = requests.get(f"{simulator_url}/_sim/credentials", timeout=60).json()["channels"][operator]
        self.uk_warehouse, self.cards = self._operator(operator, access)
        self.hub = self._create("stock.warehouse", name="Shenzhen Hub", code="SZHUB")
        self.us_warehouse = self._find("stock.warehouse", [("code", "=", "FBANA")])

    def _currencies(self) -> dict[str, int]:
        found = self._odoo.call(
            "res.currency", "search_read", [("name", "in", ["GBP", *RATES])], fields=["name"],
            context={"active_test": False},
        )  # fmt: skip
        ids = {row["name"]: row["id"] for row in found}
        self._odoo.call("res.currency", "write", list(ids.values()), {"active": True})
        for code, rate in RATES.items():
            if not self._odoo.call("res.currency.rate", "search_count", [("currency_id", "=", ids[code])]):
                self._create("res.currency.rate", currency_id=ids[code], name=self._since, company_rate=rate)
        return ids

    def _products(self, catalogue: list[dict]) -> dict[str, int]:
        """Products that Amazon ships in America, of which it has few but enough to sell; at average cost."""
        stocked = [row for row in catalogue if row["channel"] == "marketplace" and row["quantity"] >= ENOUGH]
        skus = [
            row["sku"] for row in sorted(stocked, key=lambda row: (row["quantity"], row["sku"]))[:NUMBER_OF_PRODUCTS]
        ]
        category = self._create("product.category", name="From Shenzhen", property_cost_method="average")
        products = {sku: self._find("product.product", [("default_code", "=", sku)]) for sku in skus}
        values = {"categ_id": category, "standard_price": OPENING_COST, "weight": 1.1}
        self._odoo.call("product.product", "write", list(products.values()), values)
        return products

    def _books(self) -> None:
        """Three accounts and FIFO layers; the stock that there is is taken over."""
        accounts = {
            field: self._create("account.account", name=name, code=code, account_type=kind)
            for field, (name, code, kind) in ACCOUNTS.items()
        }
        self.clearing = accounts["cost_layer_clearing_account_id"]
        journal = self._create("account.journal", name="Cost layers", code="COST", type="general")
        company = self._find("res.company", [])
        values = {**accounts, "cost_layer_journal_id": journal, "cost_layer_method": "fifo"}
        self._odoo.call("res.company", "write", [company], values)

    def _partners_and_lanes(self) -> None:
        country = {code: self._find("res.country", [("code", "=", code)]) for code in ("CN", "GB", "US")}
        self.supplier = self._create("res.partner", name="Shenzhen Bamboo Works", country_id=country["CN"])
        self.forwarder = self._create("res.partner", name="Pearl River Forwarding", country_id=country["CN"])
        self.buyer = self._create(
            "res.partner", name="Ada Turner", street="1 Wharf Road", city="London", zip="N1 7GR",
            country_id=country["GB"], phone="+44 20 7946 0000", email="ada@example.com",
        )  # fmt: skip
        lane = {"origin_country_id": country["CN"]}
        self.uk_lane, self.us_lane = (
            self._create("first.mile.lane", name=name, destination_country_id=country[code], **lane)
            for name, code in (("Shenzhen – Felixstowe", "GB"), ("Shenzhen – Los Angeles", "US"))
        )

    def _operator(self, operator: str, access: dict) -> tuple[int, list[int]]:
        """Connect the operator's British warehouse and list the products there."""
        settings = {f"{operator}_{name}": access[name] for name in ("app_key", "app_token", "category", "endpoint")}
        account = self._create("overseas.account", name="GoodCang", provider=operator, state="test", **settings)
        finder = self._odoo.call("overseas.account", "action_find_warehouses", [account])["res_id"]
        lines = self._odoo.call(
            "overseas.warehouse.finder.line", "search", [("finder_id", "=", finder), ("country_code", "=", "GB")]
        )
        self._odoo.call("overseas.warehouse.finder.line", "write", lines, {"connect": True})
        self._odoo.call("overseas.warehouse.finder", "action_connect", [finder])
        place = self._find("overseas.warehouse", [("account_id", "=", account)])
        service = self._find("overseas.service", [("warehouse_id", "=", place)])
        self._odoo.call("overseas.warehouse", "write", [place], {"service_id": service})
        card = {
            "account_id": account, "length_cm": 38, "width_cm": 28, "height_cm": 3, "weight_kg": 1.1,
            "declared_name": "household goods", "declared_value": 5, "currency_id": self.currencies["USD"],
        }  # fmt: skip
        cards = [
            self._create("overseas.product", product_id=id_, sku=sku, **card) for sku, id_ in self.products.items()
        ]
        warehouse = self._odoo.call("overseas.warehouse", "read", [place], ["warehouse_id"])[0]["warehouse_id"][0]
        return warehouse, cards

    def _create(self, model: str, **values: object) -> int:
        return self._odoo.call(model, "create", [values])[0]

    def _find(self, model: str, domain: list) -> int:
        """The first record.

        :raise IndexError: there is none
        """
        return self._odoo.call(model, "search", domain, limit=1)[0]
