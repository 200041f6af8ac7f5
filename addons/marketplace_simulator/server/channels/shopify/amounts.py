"""Amounts in two currencies: the shop's and the one that the buyer sees."""

from decimal import Decimal

from ...world.marketplaces import EURO_RATES, rounded

#: Currencies in which a shop in euro sells to some countries.
PRESENTED = {"GB": "GBP", "SE": "SEK", "PL": "PLN"}


class Purse:
    """The currencies of an order."""

    def __init__(self, order):
        self.shop = order["currency"]
        self.buyer = PRESENTED.get(order["address"]["country"], self.shop) if self.shop == "EUR" else self.shop

    def bag(self, *amounts):
        """A ``MoneyBag`` of a sum; each amount is converted by itself, as Shopify does."""
        amounts = [Decimal(amount) for amount in amounts]
        return {
            "shopMoney": _money(sum(amounts, Decimal()), self.shop),
            "presentmentMoney": _money(sum((self.present(amount) for amount in amounts), Decimal()), self.buyer),
        }

    def present(self, amount):
        """An amount as the buyer sees it."""
        if self.buyer == self.shop:
            return amount
        return rounded(amount * EURO_RATES[self.buyer] / EURO_RATES[self.shop], self.buyer)

    def back(self, amount):
        """An amount of the buyer's currency in the shop's."""
        if self.buyer == self.shop:
            return amount
        return rounded(amount * EURO_RATES[self.shop] / EURO_RATES[self.buyer], self.shop)


def _money(amount, currency):
    return {"amount": decimal_text(amount), "currencyCode": currency}


def decimal_text(amount):
    """A decimal as Shopify writes it: no more zeros than one behind the point."""
    text = f"{amount:f}"
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}"
