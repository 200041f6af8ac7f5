"""The fee tree's data files: what the words of a marketplace mean, as `marketplace_settlement` reads them."""

import csv
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "addons" / "marketplace_settlement" / "data"


@cache
def rows(provider):
    """``[(pieces, code of the kind)]`` of a provider, exact ones first."""
    with (DATA / f"marketplace.fee.word-{provider}.csv").open(encoding="utf-8", newline="") as file:
        stated = list(csv.DictReader(file))
    found = [(tuple(row["words"].split(" > ")), row["kind_id/id"].removeprefix("kind_")) for row in stated]
    assert len({pieces for pieces, _kind in found}) == len(found)
    with (DATA / "marketplace.fee.kind.csv").open(encoding="utf-8", newline="") as file:
        assert {kind for _pieces, kind in found} <= {row["code"] for row in csv.DictReader(file)}
    return sorted(found, key=lambda row: row[0].count("*"))


def kind_of(provider, words):
    """Code of the kind; ``None`` where the files do not know the words."""
    for pieces, kind in rows(provider):
        if len(pieces) == len(words) and all(wanted in ("*", word) for wanted, word in zip(pieces, words, strict=True)):
            return kind
    return None
