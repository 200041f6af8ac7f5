"""The import rule finds every way to break it, and nothing else."""

import pytest

from scripts.lib.home import CHECKOUT
from scripts.lib.import_rule import violations


@pytest.fixture
def checkout(tmp_path):
    def write(path, code):
        file = tmp_path / "addons" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code)
        return tmp_path

    return write


@pytest.mark.parametrize(
    "code", ["import odoo", "import odoo.tools", "from odoo import fields", "def f():\n    from odoo.tools import gc"]
)
@pytest.mark.parametrize("package", ["contract", "transport", "connector", "server/deep"])
def test_plain_packages_import_no_odoo(checkout, package, code):
    root = checkout(f"marketplace_amazon/{package}/x.py", code)
    assert [line for line in violations(root) if "must not import odoo" in line] == violations(root) != []


def test_models_may_import_odoo(checkout):
    assert violations(checkout("marketplace_amazon/models/x.py", "from odoo import fields")) == []


@pytest.mark.parametrize(
    "code",
    [
        "from odoo.addons.marketplace_ebay.connector import x",
        "import addons.marketplace_ebay",
        "from ...marketplace_ebay import connector",
        "from ... import marketplace_ebay",
        "from ...marketplace_simulator.server import world",
    ],
)
def test_a_marketplace_knows_no_other_nor_the_simulator(checkout, code):
    (found,) = violations(checkout("marketplace_amazon/models/x.py", code))
    assert found.startswith("addons/marketplace_amazon/models/x.py:1: marketplace_amazon must not know")


@pytest.mark.parametrize("code", ["from ...marketplace.contract import Order", "from ..connector import x"])
def test_the_core_and_its_own_packages_may_be_imported(checkout, code):
    assert violations(checkout("marketplace_amazon/connector/x.py", code)) == []


def test_the_suite_keeps_the_rule():
    assert violations(CHECKOUT) == []
