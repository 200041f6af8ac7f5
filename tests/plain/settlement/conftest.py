import csv
from pathlib import Path

import pytest

KINDS = Path(__file__).parents[3] / "addons/marketplace_settlement/data/marketplace.fee.kind.csv"


@pytest.fixture(scope="session")
def fee_kinds():
    """Rows of the fee tree."""
    with KINDS.open(newline="") as file:
        return list(csv.DictReader(file))
