"""Features of orders from plain facts. No name, street, e-mail or phone is among them: people are keys, and the keys
serve to count their past, they are never features themselves."""

import numpy as np
import pandas as pd

from .features import Column
from .history import Past, general_rate, mean_before, past_of

# What a table of facts must have, one row per order:
#   order      id
#   time       when ordered, UTC
#   buyer, address   hashed keys, missing where nobody can tell who or where
#   shop, country, product, category   of the order, and of its largest line
#   value      in the company's currency; largest: the largest line's
#   lines, units, largest_units   counts
#   cod, business   whether paid on delivery, whether a business bought
#   service    the promised service
#   bad        1, 0 or missing; known_at: since when that is known
FACTS = [
    "order",
    "time",
    "buyer",
    "address",
    "shop",
    "country",
    "product",
    "category",
    "value",
    "largest",
    "lines",
    "units",
    "largest_units",
    "cod",
    "business",
    "service",
    "bad",
    "known_at",
]

COLUMNS = [
    Column("value"),
    Column("value_ratio"),
    Column("lines"),
    Column("units"),
    Column("largest_share"),
    Column("largest_units"),
    Column("unit_value"),
    Column("hour"),
    Column("weekday"),
    Column("cod"),
    Column("business"),
    Column("new_buyer"),
    Column("buyer_orders"),
    Column("buyer_rate"),
    Column("buyer_days"),
    Column("buyer_gap"),
    Column("address_orders"),
    Column("address_rate"),
    Column("shop_rate"),
    Column("country_rate"),
    Column("product_rate"),
    Column("category_rate"),
    Column("country", "category"),
    Column("service", "category"),
]
GROUPS = ("shop", "country", "product", "category")


def build(facts: pd.DataFrame, snapshot: dict | None = None) -> pd.DataFrame:
    """The features of every order, from what was known when it was placed.

    :param facts: orders with the columns of :data:`FACTS`, the history of their buyers and addresses among them
    :param snapshot: rates of groups as of the training, of :func:`take_snapshot`; without it they are counted from
        ``facts``, which then has to be the whole history
    """
    times, known_at, bad = facts["time"], facts["known_at"], facts["bad"]
    general = general_rate(times, known_at, bad) if snapshot is None else snapshot["general"]
    buyer, address = (past_of(facts[name], times, known_at, bad) for name in ("buyer", "address"))
    table = facts.assign(
        **_of_order(facts),
        new_buyer=np.where(facts["buyer"].isna(), np.nan, buyer.orders == 0),
        buyer_orders=buyer.orders,
        buyer_rate=buyer.rate(general),
        buyer_days=buyer.days,
        buyer_gap=buyer.gap,
        address_orders=address.orders,
        address_rate=address.rate(general),
    )
    if snapshot is None:
        usual = mean_before(facts["shop"], times, _log(facts["value"]))
        rates = {name: past_of(facts[name], times, known_at, bad).rate(general) for name in GROUPS}
    else:
        usual = facts["shop"].map(snapshot["usual"]).to_numpy(dtype=float)
        rates = {name: facts[name].map(snapshot["rates"][name]).fillna(general).to_numpy() for name in GROUPS}
    return table.assign(
        value_ratio=np.exp(_log(facts["value"]) - usual), **{f"{name}_rate": rate for name, rate in rates.items()}
    )


def take_snapshot(facts: pd.DataFrame) -> dict:
    """Rates of groups, and the usual value per shop, at the end of ``facts``; plain data without any person."""
    end = pd.Series(facts["time"].max(), index=facts.index) + pd.Timedelta(microseconds=1)
    settled = facts["known_at"].notna() & facts["bad"].notna() & (facts["known_at"] < end)
    bad = facts["bad"][settled]
    general = float((bad.sum() + 0.5) / (len(bad) + 25.0))
    rates = {}
    for name in GROUPS:
        groups = bad.groupby(facts[name][settled])
        known, found = groups.count().to_numpy(), groups.sum().to_numpy()
        zeros = np.zeros(len(known))
        rate = Past(known, known, found, zeros, zeros).rate(general)
        rates[name] = dict(zip(groups.groups, rate.tolist(), strict=True))
    usual = _log(facts["value"]).groupby(facts["shop"]).mean()
    return {"general": general, "rates": rates, "usual": usual.to_dict()}


def _of_order(facts):
    return {
        "largest_share": facts["largest"] / facts["value"].where(facts["value"] > 0),
        "unit_value": facts["value"] / facts["units"].where(facts["units"] > 0),
        "hour": facts["time"].dt.hour,
        "weekday": facts["time"].dt.weekday,
    }


def _log(values):
    return np.log(values.clip(lower=0.01))
