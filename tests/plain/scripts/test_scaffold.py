"""The skeleton of a connector: complete, clean, and its tests say what is still to be filled in."""

import ast
import os
import re
import shutil
import subprocess
import sys

import pytest
from lxml import etree

from scripts.lib import import_rule, tracked_files
from scripts.lib.home import CHECKOUT
from scripts.lib.scaffold import ScaffoldError, main, write_skeleton


@pytest.fixture
def root(tmp_path):
    """A checkout with the core, the simulator and what their tests share."""
    for path in ("addons/marketplace", "addons/marketplace_simulator/server"):
        shutil.copytree(CHECKOUT / path, tmp_path / path, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ("pyproject.toml", "tests/plain/fake_http.py", "tests/plain/test_translations.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(CHECKOUT / path, tmp_path / path)
    return tmp_path


@pytest.fixture
def skeleton(root):
    assert main(["otto2", "--title", "OTTO Market"], root) == 0
    return root


def run(root, *arguments):
    """Run Python in the other checkout, and on nothing of this one."""
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run([sys.executable, *arguments], cwd=root, env=environment, capture_output=True, text=True)


def test_every_file_is_there(root, capsys):
    written = write_skeleton(root, "otto2", "OTTO Market")
    names = {str(path.relative_to(root)) for path in written}
    assert {
        "addons/marketplace_otto2/__init__.py",
        "addons/marketplace_otto2/__manifest__.py",
        "addons/marketplace_otto2/connector/connector.py",
        "addons/marketplace_otto2/connector/fields.py",
        "addons/marketplace_otto2/models/account.py",
        "addons/marketplace_otto2/views/account_views.xml",
        "addons/marketplace_otto2/data/neutralize.sql",
        "addons/marketplace_otto2/i18n/marketplace_otto2.pot",
        "addons/marketplace_otto2/i18n/zh_CN.po",
        "addons/marketplace_otto2/static/description/icon.png",
        "addons/marketplace_otto2/tests/test_account.py",
        "addons/marketplace_simulator/server/channels/otto2/__init__.py",
        "tests/plain/otto2/test_conformance.py",
    } <= names
    assert all(path.is_file() for path in written)


def test_it_says_what_comes_next(root, capsys):
    main(["otto2", "--title", "OTTO Market"], root)
    printed = capsys.readouterr().out
    assert "addons/marketplace_otto2/connector/orders.py" in printed
    assert "tests/plain/otto2/test_conformance.py: fill in the hooks" in printed


def test_names_are_filled_in_everywhere(skeleton):
    manifest = ast.literal_eval((skeleton / "addons/marketplace_otto2/__manifest__.py").read_text())
    assert (manifest["name"], manifest["depends"]) == ("OTTO Market", ["marketplace"])
    connector = (skeleton / "addons/marketplace_otto2/connector/connector.py").read_text()
    assert "class OTTOMarketConnector(Connector)" in connector
    for path in (skeleton / "addons/marketplace_otto2").rglob("*.py"):
        assert not re.search(r"\$\w|\${|\.tmpl", path.read_text())


def test_it_is_clean(skeleton):
    write_skeleton(skeleton, "averylongmarket1", "A Very Long Market Name1")
    names = ("otto2", "averylongmarket1")
    folders = [str(folder) for name in names for folder in skeleton.rglob(f"*{name}") if folder.is_dir()]
    ruff = run(skeleton, "-m", "ruff", "check", *folders)
    assert len(folders) == 6
    assert ruff.returncode == 0, ruff.stdout
    assert import_rule.violations(skeleton) == []
    texts = [path.read_text() for path in (skeleton / "addons/marketplace_otto2").rglob("*.py")]
    assert [offence for text in texts for offence in tracked_files.offences(".py", text)] == []


def test_its_texts_are_translated(skeleton):
    result = run(skeleton, "-m", "pytest", "-q", "tests/plain/test_translations.py", "-k", "otto2")
    assert result.returncode == 0, result.stdout


def test_its_tests_fail_by_hooks_to_fill_in_only(skeleton):
    result = run(skeleton, "-m", "pytest", "-q", "--junit-xml=outcome.xml", "tests/plain/otto2")
    suite = etree.parse(skeleton / "outcome.xml").find("testsuite")
    failures = [case.get("message") for case in suite.iterfind("testcase/failure")]
    assert len(failures) > 40, result.stdout
    assert [message for message in failures if not message.startswith("NotImplementedError: fill in ")] == []
    assert suite.get("errors") == "0"


def test_the_simulator_finds_its_channel(skeleton):
    code = "from addons.marketplace_simulator.server.channels import load; print(load('otto2').outlets()[0].name)"
    result = run(skeleton, "-c", code)
    assert result.stdout == "otto2\n", result.stderr


@pytest.mark.parametrize("name", ["", "Otto", "2otto", "otto-market", "../otto", "o", "class", "none", "o" * 17])
def test_bad_names_are_refused(tmp_path, name):
    with pytest.raises(ScaffoldError):
        write_skeleton(tmp_path, name, "Otto")
    assert list(tmp_path.iterdir()) == []


def test_bad_titles_are_refused(tmp_path):
    with pytest.raises(ScaffoldError, match="title"):
        write_skeleton(tmp_path, "otto", '"; import os')


@pytest.mark.parametrize("name", ["simulator", "routing", "settlement"])
def test_names_of_shared_addons_are_refused(tmp_path, name):
    with pytest.raises(ScaffoldError, match="share"):
        write_skeleton(tmp_path, name, "Otto")


def test_what_exists_is_not_touched(skeleton, capsys):
    before = {path: path.read_bytes() for path in skeleton.rglob("*") if path.is_file()}
    assert main(["otto2"], skeleton) == 1
    assert "exists already" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in skeleton.rglob("*") if path.is_file()} == before
