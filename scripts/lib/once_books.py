"""The books, before the first order: currencies, what products cost, the stock that there is, and cost layers; and the
closing of the stock at the end, as an accountant does it."""

from datetime import datetime, timedelta, timezone

from scripts.lib.odoo_client import OdooClient

#: What 1 pound buys; only currencies without a rate get one.
RATES = {"CNY": 9.3, "USD": 1.31}
#: What products cost, as a part of their price.
COST = 0.3
ACCOUNTS = {
    "cost_layer_account_id": ("Capitalised freight and duty", "118800", "asset_current"),
    "cost_layer_clearing_account_id": ("Freight and duty to capitalise", "508800", "expense_direct_cost"),
    "cost_layer_expense_account_id": ("Freight and duty of goods sold", "508900", "expense_direct_cost"),
}
VAT_ACCOUNT = ("Import VAT to reclaim", "118900", "asset_current")
OPENING_ACCOUNT = ("Opening stock", "310900", "equity")


class Books:
    """Sets them up and holds ids: ``currencies`` by code, ``clearing`` (account of the bills) and ``vat`` (account of
    import VAT).

    :param odoo: client of the running Odoo
    """

    def __init__(self, odoo: OdooClient):
        self._odoo = odoo
        self._since = (datetime.now(timezone.utc) - timedelta(days=60)).date().isoformat()
        (self._company,) = odoo.call("res.company", "search", [], limit=1)
        self.currencies = self._currencies()
        self._cost_products()
        self._take_over_stock()
        accounts = {field: self._account(*about) for field, about in ACCOUNTS.items()}
        self.clearing = accounts["cost_layer_clearing_account_id"]
        self.vat = self._account(*VAT_ACCOUNT)
        journal = odoo.create("account.journal", name="Cost layers", code="COST", type="general")
        values = {**accounts, "cost_layer_journal_id": journal, "cost_layer_method": "fifo"}
        odoo.call("res.company", "write", [self._company], values)

    def close_stock(self) -> None:
        """Post what the stock changed, as Odoo values it."""
        self._odoo.call("res.company", "action_close_stock_valuation", [self._company], auto_post=True)

    def _currencies(self) -> dict[str, int]:
        found = self._odoo.call(
            "res.currency", "search_read", [("name", "in", ["GBP", *RATES])], fields=["name"],
            context={"active_test": False},
        )  # fmt: skip
        ids = {row["name"]: row["id"] for row in found}
        self._odoo.call("res.currency", "write", list(ids.values()), {"active": True})
        for code, rate in RATES.items():
            if not self._odoo.call("res.currency.rate", "search_count", [("currency_id", "=", ids[code])]):
                self._odoo.create("res.currency.rate", currency_id=ids[code], name=self._since, company_rate=rate)
        return ids

    def _cost_products(self) -> None:
        """Average cost, a part of the price, for all that is sold."""
        category = self._odoo.create("product.category", name="From Shenzhen", property_cost_method="average")
        products = self._odoo.call(
            "product.product", "search_read", [("is_storable", "=", True)], fields=["list_price"]
        )
        for product in products:
            values = {"categ_id": category, "standard_price": round(product["list_price"] * COST, 2)}
            self._odoo.call("product.product", "write", [product["id"]], values)

    def _take_over_stock(self) -> None:
        """The stock that there is came before the books: its value against equity."""
        company = self._odoo.call("res.company", "read", [self._company], ["account_stock_valuation_id"])[0]
        products = self._odoo.call(
            "product.product", "search_read", [("is_storable", "=", True)], fields=["total_value"]
        )
        value = round(sum(product["total_value"] for product in products), 2)
        lines = (
            {"account_id": company["account_stock_valuation_id"][0], "balance": value},
            {"account_id": self._account(*OPENING_ACCOUNT), "balance": -value},
        )
        entry = self._odoo.create("account.move", ref="Opening stock", line_ids=[[0, 0, line] for line in lines])
        self._odoo.call("account.move", "action_post", [entry])

    def _account(self, name: str, code: str, kind: str) -> int:
        return self._odoo.create("account.account", name=name, code=code, account_type=kind)
