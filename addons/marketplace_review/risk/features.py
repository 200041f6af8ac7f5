"""Columns of a table of orders, and the numbers that a learner gets from them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from .errors import NoFeature

MOST_LEVELS = 200  # a boosted tree of scikit-learn takes 255 values of a category


@dataclass(frozen=True)
class Column:
    """One feature.

    :ivar name: the column of the table
    :ivar kind: ``number`` (also for yes or no), or ``category``; either may be missing
    """

    name: str
    kind: str = "number"

    def __post_init__(self):
        if self.kind not in ("number", "category"):
            raise ValueError(f"{self.name}: a column is a number or a category, not {self.kind!r}")


class Encoding:
    """Turns a table into an array, the same way for training and for scoring.

    Numbers stay, missing ones as NaN. A category becomes the rank of its value by frequency; values that are rare,
    new or missing share one more code.

    :ivar usual: per column what an ordinary order has: the median, or the most common value
    """

    def __init__(self, columns: Sequence[Column], levels: dict, usual: dict):
        self.columns, self.levels, self.usual = tuple(columns), levels, usual

    @classmethod
    def fit(cls, frame: pd.DataFrame, columns: Sequence[Column]) -> "Encoding":
        """Learn the values of the columns that differ between orders.

        :raise NoFeature: there is none
        """
        kept, levels, usual = [], {}, {}
        for column in columns:
            values = frame[column.name]
            if values.nunique(dropna=False) < 2:
                continue
            kept.append(column)
            if column.kind == "category":
                levels[column.name] = [str(value) for value in values.dropna().value_counts().index[:MOST_LEVELS]]
                usual[column.name] = levels[column.name][0]
            else:
                usual[column.name] = float(pd.to_numeric(values).median())
        if not kept:
            raise NoFeature(column.name for column in columns)
        return cls(kept, levels, usual)

    def encode(self, frame: pd.DataFrame) -> np.ndarray:
        """:return: array (orders, columns)"""
        array = np.empty((len(frame), len(self.columns)))
        for place, column in enumerate(self.columns):
            array[:, place] = self.codes_of(column, frame[column.name])
        return array

    def codes_of(self, column: Column, values: pd.Series) -> np.ndarray:
        if column.kind == "number":
            return pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)
        levels = self.levels[column.name]
        code_of = {value: code for code, value in enumerate(levels)}
        return values.map(lambda value: code_of.get(str(value), len(levels))).to_numpy(dtype=float)

    def usual_codes(self) -> np.ndarray:
        """What an ordinary order has, as codes; the most common value of a category is code 0."""
        return np.array([self.usual[c.name] if c.kind == "number" else 0.0 for c in self.columns])

    @property
    def is_category(self) -> list[bool]:
        return [column.kind == "category" for column in self.columns]

    def to_state(self) -> dict:
        return {"columns": [asdict(column) for column in self.columns], "levels": self.levels, "usual": self.usual}

    @classmethod
    def from_state(cls, state: dict) -> "Encoding":
        return cls([Column(**values) for values in state["columns"]], state["levels"], state["usual"])
