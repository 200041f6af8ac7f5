"""The money, once, end to end: the marketplaces settle what was sold, the settlements arrive, are classified, posted,
and held against the simulator's own book."""

from collections import defaultdict
from decimal import Decimal

import requests

from scripts.lib.home import SetupError
from scripts.lib.once_steps import Steps, cron_ids
from scripts.lib.services import Context

# Of what is deferred, all is free by then.
LONG_AFTER = "2030-01-01T00:00:00+00:00"
READ = ("account_id", "provider", "currency_id", "total", "state", "line_count", "unknown_count", "unexplained")


def run_money(context: Context) -> dict:
    """Settle, import and post.

    :return: ``imported``, ``posted``, ``amounts``, ``unknown``, ``unexplained`` (a sum of absolute amounts, 0.00),
        ``by_channel`` and ``ok``: whether everything is posted, explained, and in sum what the simulator paid
    :raise SetupError: something did not come to an end, or was refused
    """
    return Money(context).run()


class Money(Steps):
    """The steps of the money.

    :param context: running services
    """

    def __init__(self, context: Context):
        super().__init__(context)
        self._url = context.simulator_url
        self._crons |= cron_ids(self._odoo, "marketplace_settlement")

    def run(self) -> dict:
        """Do them."""
        wanted = self.settle()
        self._post()
        return self._answer(wanted)

    def settle(self) -> dict:
        """Let the marketplaces settle all that was sold, and the settlements arrive.

        :return: ``{(channel, currency): what is paid}``
        """
        closed = self._close()
        self._note(f"the marketplaces closed {len(closed)} settlements")
        wanted = sums_of((one["channel"], one["currency"], one["total"]) for one in closed)
        self._run_cron("cron_fetch_settlements")
        self._repeat("settlements arrive", "cron_fetch_settlements", lambda: self._is_in(wanted))
        return wanted

    def _close(self) -> list[dict]:
        body = {"until": LONG_AFTER}
        answer = requests.post(f"{self._url}/_sim/settlements/close", json=body, timeout=600)
        if answer.status_code != 200:
            raise SetupError(f"the simulator does not settle: {answer.text}")
        return answer.json()["settlements"]

    def _is_in(self, wanted: dict) -> bool:
        rows = self._read()
        if failed := [row for row in rows if row["state"] == "failed"]:
            raise SetupError(f"a settlement cannot be read: {failed[0]}")
        arrived = {row["provider"] for row in rows}
        expected = {channel for channel, _currency in wanted} & self._settling()
        return self._is_idle() and arrived >= expected and all(row["state"] != "waiting" for row in rows)

    def _settling(self) -> set[str]:
        """Channels whose settlements Odoo has looked for."""
        rows = self._odoo.call(
            "marketplace.account", "search_read", [("settlement_cursor", "!=", False)], fields=["provider"]
        )
        return {row["provider"] for row in rows}

    def _post(self) -> None:
        ready = self._odoo.call("marketplace.settlement", "search", [("state", "=", "ready")])
        if ready:
            self._odoo.call("marketplace.settlement", "action_post", ready)
        self._wait("settlements are posted", self._is_idle)

    def _read(self) -> list[dict]:
        return self._odoo.call("marketplace.settlement", "search_read", [], fields=list(READ))

    def _answer(self, wanted: dict) -> dict:
        rows = self._read()
        found = sums_of((row["provider"], row["currency_id"][1], str(row["total"])) for row in rows)
        posted = sum(row["state"] == "posted" for row in rows)
        unexplained = sum((Decimal(str(row["unexplained"])) for row in rows), Decimal(0))
        unknown = sum(row["unknown_count"] for row in rows)
        settling = self._settling()
        due = {key: total for key, total in wanted.items() if key[0] in settling}
        differing = {key for key in {*due, *found} if due.get(key, Decimal(0)) != found.get(key, Decimal(0))}
        return {
            "imported": len(rows),
            "posted": posted,
            "amounts": sum(row["line_count"] for row in rows),
            "unknown": unknown,
            "unexplained": f"{unexplained:.2f}",
            "by_channel": {
                " ".join(key): {"paid": f"{due.get(key, Decimal(0)):f}", "booked": f"{found.get(key, Decimal(0)):f}"}
                for key in sorted({*due, *found})
            },
            "ok": bool(rows) and posted == len(rows) and not unknown and not unexplained and not differing,
        }


def print_money(answer: dict) -> None:
    """Print what :meth:`Money.run` says, for people."""
    counts = ("imported", "posted", "amounts", "unknown", "unexplained")
    print(f"{'settlements':12}" + "  ".join(f"{name} {answer[name]}" for name in counts))
    for name, both in answer["by_channel"].items():
        print(f"{'':12}{name}: {both['booked']} of {both['paid']}")


def sums_of(rows) -> dict[tuple[str, str], Decimal]:
    """``{(channel, currency): sum}``."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for channel, currency, total in rows:
        sums[channel, currency] += Decimal(total)
    return dict(sums)
