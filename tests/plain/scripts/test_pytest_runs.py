"""Which pytest runs there are, and what their exit codes come to."""

import sys
from pathlib import Path

import pytest

from scripts.lib.home import Home
from scripts.lib.postgres import Server
from scripts.lib.progress import Progress
from scripts.lib.pytest_runs import Runner
from scripts.lib.verdict import NOTHING_COLLECTED, PASSED, first_failure

FAILED = 1


@pytest.fixture
def runner():
    """Of the virtual environment that runs this test; there is no database server."""
    return Runner(Home(Path(sys.prefix).parent), Server("127.0.0.1", 1, "nobody", ""), Progress(1, silent=True))


def write(path, body):
    path.write_text(f"def test_it():\n    {body}\n")
    return str(path)


def test_a_lone_run_tells_what_pytest_found(runner, tmp_path):
    good, bad = write(tmp_path / "test_good.py", "assert True"), write(tmp_path / "test_bad.py", "assert False")
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:odoo"]
    assert runner.run({"plain": [good]}, options) == {"plain": PASSED}
    assert runner.run({"plain": [good, bad]}, options) == {"plain": FAILED}


def test_runs_of_a_phase_come_to_one_code():
    assert first_failure([PASSED, FAILED, NOTHING_COLLECTED]) == FAILED
    assert first_failure([NOTHING_COLLECTED, PASSED]) == PASSED
    assert first_failure([NOTHING_COLLECTED]) == NOTHING_COLLECTED


def test_every_phase_is_planned_and_none_twice(runner):
    """Plain tests are one run; of the others each file is in one."""
    wanted = {
        "addons": ["addons/marketplace/tests", "addons/first_mile/tests/test_quote.py"],
        "plain": ["tests/plain/scripts"],
        "e2e": ["tests/e2e"],
    }
    runs = runner._plan(wanted)
    assert runs[0].phase == "plain" and list(runs[0].paths) == ["tests/plain/scripts"]
    assert len({run.name for run in runs}) == len(runs)
    files = [path for run in runs[1:] for path in run.paths]
    assert len(set(files)) == len(files)
    assert {"tests/e2e/test_day.py", "addons/first_mile/tests/test_quote.py"} <= set(files)
