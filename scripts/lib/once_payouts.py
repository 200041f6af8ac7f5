"""The payouts, once, end to end: the bank's statements are imported, and its transactions matched with the settlements
that they pay out."""

import base64
from decimal import Decimal

import requests

from scripts.lib.once_steps import Steps
from scripts.lib.services import Context


def run_payouts(context: Context) -> dict:
    """Import and match.

    :return: ``transactions`` of the bank, ``matched`` ones, ``settlements`` that are paid out, ``received`` by currency
        as the bank states it, and ``ok``: whether every transaction is matched, and the settlements that it pays are
        settled to the cent
    :raise OdooError: something was refused
    """
    return Payouts(context).run()


class Payouts(Steps):
    """The steps of the payouts.

    :param context: running services
    """

    def __init__(self, context: Context):
        super().__init__(context)
        self._url = context.simulator_url

    def run(self) -> dict:
        """Do them."""
        answer = requests.get(f"{self._url}/_sim/bank", timeout=60)
        answer.raise_for_status()
        statements = answer.json()
        for number, statement in enumerate(statements.values(), 1):
            self._import(number, statement)
        self._note(f"statements of {len(statements)} bank accounts are in")
        self._odoo.call("marketplace.payout", "action_propose", [])
        proposed = self._odoo.call("marketplace.payout", "search", [("settlement_ids", "!=", False)])
        self._odoo.call("marketplace.payout", "action_accept", proposed)
        return self._answer(statements)

    def _import(self, number: int, statement: dict) -> None:
        """Upload the bank's CAMT file, as an accountant does, into a journal of the account."""
        (currency,) = self._odoo.call("res.currency", "search", [("name", "=", statement["currency"])])
        journal = self._odoo.create(
            "account.journal",
            name=f"Bank {statement['currency']}",
            code=f"BK{number}",
            type="bank",
            currency_id=currency,
        )
        file = self._odoo.create(
            "ir.attachment",
            name=f"{statement['currency']}.xml",
            datas=base64.b64encode(statement["camt"].encode()).decode(),
        )
        upload = self._odoo.create("bank.statement.upload", journal_id=journal, attachment_ids=[[6, 0, [file]]])
        self._odoo.call("bank.statement.upload", "action_import", [upload])

    def _answer(self, statements: dict) -> dict:
        of_payouts = [("settlement_ids", "!=", False)]
        payouts = self._odoo.call(
            "marketplace.payout", "search_read", of_payouts, fields=["amount", "is_matched", "settlement_ids"]
        )
        paid = {settlement for payout in payouts if payout["is_matched"] for settlement in payout["settlement_ids"]}
        open_ones = [("id", "in", sorted(paid)), ("clearing_line_id.reconciled", "=", False)]
        transactions = sum(len(statement["rows"]) for statement in statements.values())
        matched = sum(payout["is_matched"] for payout in payouts)
        received = sum((Decimal(statement["balance"]) for statement in statements.values()), Decimal(0))
        booked = sum((Decimal(str(payout["amount"])) for payout in payouts if payout["is_matched"]), Decimal(0))
        still_open = self._count("marketplace.settlement", open_ones)
        return {
            "transactions": transactions,
            "matched": matched,
            "settlements": len(paid),
            "received": {one["currency"]: one["balance"] for one in statements.values()},
            "ok": bool(transactions) and matched == transactions and not still_open and received == booked,
        }


def print_payouts(answer: dict) -> None:
    """Print what :meth:`Payouts.run` says, for people."""
    received = "  ".join(f"{amount} {currency}" for currency, amount in answer["received"].items())
    print(f"{'payouts':12}matched {answer['matched']} of {answer['transactions']} bank transactions: {received}")
