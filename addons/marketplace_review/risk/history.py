"""What was known of a buyer, address, product … at the time of each order: never what came later."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

NANOSECONDS = 86_400e9  # of a day
STRENGTH = 10.0  # orders that the general rate counts for in the rate of one key


@dataclass(frozen=True)
class Past:
    """Per order, what its key had before.

    :ivar orders: earlier orders
    :ivar known: those of them whose outcome was known by then
    :ivar bad: those of the known that went bad
    :ivar days: days since the first order; 0 for the first, NaN without a key
    :ivar gap: days since the order before; NaN for the first and without a key
    """

    orders: np.ndarray
    known: np.ndarray
    bad: np.ndarray
    days: np.ndarray
    gap: np.ndarray

    def rate(self, general) -> np.ndarray:
        """Share that went bad, drawn towards the general rate where little is known."""
        return (self.bad + STRENGTH * np.asarray(general)) / (self.known + STRENGTH)


def past_of(keys: pd.Series, times: pd.Series, known_at: pd.Series, label: pd.Series) -> Past:
    """Past of every order.

    :param keys: who or what; missing: nobody, and nothing is known
    :param times: when ordered
    :param known_at: when the outcome became known, missing: not yet
    :param label: 1 for bad, 0 for good, missing: not known
    """
    codes = pd.factorize(keys)[0].astype(np.int64)
    moments = _nanoseconds(times)
    orders = _count_before(codes, moments, codes, moments)
    settled = (known_at.notna() & label.notna() & (codes >= 0)).to_numpy()
    # An outcome is never known before its order, whatever the records say.
    settled_at = np.maximum(_nanoseconds(known_at[settled]), moments[settled] + 1)
    bad = settled & (label.fillna(0) == 1).to_numpy()
    known = _count_before(codes[settled], settled_at, codes, moments)
    bad_known = _count_before(codes[bad], settled_at[bad[settled]], codes, moments)
    by_key = pd.Series(moments).sort_values(kind="stable").groupby(codes[np.argsort(moments, kind="stable")])
    first, gap = by_key.transform("min").sort_index(), by_key.diff().sort_index()
    nobody = codes < 0
    counts = (np.where(nobody, 0, part) for part in (orders, known, bad_known))
    days = (np.where(nobody, np.nan, part) / NANOSECONDS for part in (moments - first, gap))
    return Past(*counts, *days)


def general_rate(times: pd.Series, known_at: pd.Series, label: pd.Series) -> np.ndarray:
    """Share of all orders that went bad, as known at the time of each; before any is known, 0.5 of one order in 25."""
    past = past_of(pd.Series("all", index=times.index), times, known_at, label)
    return (past.bad + 0.5) / (past.known + 25.0)


def mean_before(keys: pd.Series, times: pd.Series, values: pd.Series) -> np.ndarray:
    """Mean of ``values`` of the earlier orders of the same key; NaN for the first."""
    table = pd.DataFrame({"key": keys, "time": times, "value": values.astype(float)})
    ordered = table.sort_values("time", kind="stable")
    group = ordered.groupby("key", dropna=False)["value"]
    before = group.cumsum() - ordered["value"]
    count = group.cumcount()
    return (before / count.where(count > 0)).reindex(table.index).to_numpy()


def _nanoseconds(times: pd.Series) -> np.ndarray:
    return pd.to_datetime(times).to_numpy(dtype="datetime64[ns]").astype(np.int64)


def _count_before(event_codes, event_times, codes, times) -> np.ndarray:
    """Per query, the events of its code with an earlier time."""
    # Code and time in one sortable number: times by rank, so that it fits.
    moments = np.unique(np.concatenate([event_times, times]))
    width = len(moments) + 1
    events = np.sort(event_codes * width + np.searchsorted(moments, event_times))
    wanted = codes * width + np.searchsorted(moments, times)
    return np.searchsorted(events, wanted) - np.searchsorted(events, codes * width)
