"""Orders with a known cause of going bad."""

import numpy as np
import pandas as pd

from addons.marketplace_review.risk import Column

COLUMNS = [Column("amount"), Column("cod"), Column("noise"), Column("country", "category")]


def make_orders(count=2500, seed=3):
    """Orders of 300 days. What decides: paid on delivery, then Elbonia, then a little the amount; noise does not.

    :return: table with the true probability beside the label
    """
    draw = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "time": pd.Timestamp("2025-01-01") + pd.to_timedelta(np.sort(draw.uniform(0, 300, count)), unit="D"),
            "amount": draw.lognormal(3, 0.7, count),
            "cod": draw.integers(0, 2, count),
            "noise": draw.normal(size=count),
            "country": draw.choice(["GB", "DE", "EB"], count, p=[0.5, 0.3, 0.2]),
        }
    )
    score = -3.5 + 2.2 * table["cod"] + 1.4 * (table["country"] == "EB") + 0.3 * np.log(table["amount"] / 20)
    table["true"] = 1 / (1 + np.exp(-score))
    table["bad"] = (draw.random(count) < table["true"]).astype(float)
    table["known_at"] = table["time"] + pd.Timedelta(days=20)
    return table


def make_facts(count=1500, seed=5):
    """Facts of orders of which every ninth buyer often lets go bad, and some were not heard of yet."""
    draw = np.random.default_rng(seed)
    time = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.sort(draw.uniform(0, 300, count)), unit="D")
    buyer = draw.integers(0, count // 5, count)
    bad = (draw.random(count) < np.where(buyer % 9 == 0, 0.6, 0.04)).astype(float)
    value = draw.lognormal(3, 0.8, count)
    known_at = pd.Series(time + pd.to_timedelta(draw.uniform(1, 40, count), unit="D"))
    known = known_at <= time.max()
    return pd.DataFrame(
        {
            "order": range(count),
            "time": time,
            "buyer": [f"b{number}" for number in buyer],
            "address": [f"a{number}" for number in buyer],
            "shop": draw.integers(1, 3, count),
            "country": draw.choice(["GB", "DE"], count),
            "product": draw.integers(1, 20, count),
            "category": 1,
            "value": value,
            "largest": value * draw.uniform(0.4, 1, count),
            "lines": draw.integers(1, 4, count),
            "units": draw.integers(4, 9, count),
            "largest_units": draw.integers(1, 4, count),
            "cod": draw.integers(0, 2, count),
            "business": 0,
            "service": "Standard",
            "bad": np.where(known, bad, np.nan),
            "known_at": known_at.where(known),
        }
    )
