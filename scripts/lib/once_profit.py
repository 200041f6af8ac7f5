"""The profit, once, end to end: facts of every month are made, held against the ledger, and told by channel, country
and item."""

from decimal import Decimal

from scripts.lib.once_steps import Steps, cron_ids
from scripts.lib.services import Context

LEVELS = ("revenue", "goods", "selling", "ads", "own")
DIMENSIONS = ("provider", "country_id", "product_id")


def run_profit(context: Context) -> dict:
    """Make the facts and compare.

    :return: ``facts``, ``months``, ``profit`` and ``ledger`` in the company's currency, ``tie_out`` (the sum of what
        differs in any account and month, 0.00), ``unattributed``, ``beyond_layers`` (what the ledger has on accounts of
        goods beyond the costs of the layers), ``by_channel``: ``[{channel, country, sku, units, profit, and each margin
        level}]`` of what is booked, and ``ok``: whether all is equal
    """
    return Profit(context).run()


class Profit(Steps):
    """The steps of the profit.

    :param context: running services
    """

    def __init__(self, context: Context):
        super().__init__(context)
        self._crons |= cron_ids(self._odoo, "marketplace_profit")

    def run(self) -> dict:
        """Do them."""
        self._run_cron("cron_refresh")
        months = self._odoo.call(
            "profit.month", "search_read", [], fields=["ledger_total", "fact_total", "unattributed", "is_stale"]
        )
        gaps = self._odoo.call("profit.tie.out", "search_read", [("difference", "!=", 0)], fields=["difference"])
        profit, ledger, unattributed = (
            sum((Decimal(str(month[name])) for month in months), Decimal(0))
            for name in ("fact_total", "ledger_total", "unattributed")
        )
        tie_out = sum((abs(Decimal(str(row["difference"]))) for row in gaps), Decimal(0))
        facts = self._count("profit.entry", [("state", "=", "booked")])
        (beyond,) = self._odoo.call(
            "profit.entry", "formatted_read_group", [("kind_id.code", "=", "stock_difference")], [], ["amount:sum"]
        )
        stale = any(month["is_stale"] for month in months)
        return {
            "facts": facts,
            "months": len(months),
            "profit": f"{profit:.2f}",
            "ledger": f"{ledger:.2f}",
            "tie_out": f"{tie_out:.2f}",
            "unattributed": f"{unattributed:.2f}",
            "beyond_layers": f"{beyond['amount:sum'] or 0:.2f}",
            "by_channel": self._read_channels(),
            "ok": bool(facts) and not stale and not tie_out and profit == ledger,
        }

    def _read_channels(self) -> list[dict]:
        groups = self._odoo.call(
            "profit.entry",
            "formatted_read_group",
            [("state", "=", "booked"), ("provider", "!=", False)],
            [*DIMENSIONS, "level"],
            ["amount:sum", "units:sum"],
        )
        rows: dict[tuple, dict] = {}
        for group in groups:
            country, product = (group[name][1] if group[name] else "" for name in DIMENSIONS[1:])
            row = rows.setdefault(
                (group["provider"], country, product),
                {"units": 0.0, "profit": Decimal(0), **dict.fromkeys(LEVELS, Decimal(0))},
            )
            amount = Decimal(str(group["amount:sum"])).quantize(Decimal("0.01"))
            row[group["level"]] += amount
            row["profit"] += amount
            row["units"] += group["units:sum"]
        return [
            {
                "channel": channel,
                "country": country,
                "sku": sku,
                **{name: _to_text(value) for name, value in row.items()},
            }
            for (channel, country, sku), row in sorted(rows.items())
        ]


def _to_text(value: float | Decimal) -> str:
    """Units without decimals that say nothing; money with its cents."""
    return f"{value:g}" if isinstance(value, float) else f"{value:.2f}"


def print_profit(answer: dict) -> None:
    """Print what :meth:`Profit.run` says, for people."""
    print(f"{'profit':12}{answer['profit']} of {answer['ledger']} in the ledger, {answer['facts']} facts")
    for row in answer["by_channel"]:
        name = " · ".join(filter(None, (row["channel"], row["country"], row["sku"])))
        print(f"{'':12}{name[:64]:66}{float(row['units']):6.0f} units {row['profit']:>12}")
    print(f"{'tie-out':12}{answer['tie_out']}")
