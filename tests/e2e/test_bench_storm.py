"""The storm in small: the bench runs, its workers die, and no invariant breaks."""

import json
import subprocess
import sys

from scripts.lib.home import CHECKOUT

PATIENCE = 900
SMALL = ("--orders", "60", "--skus", "10", "--rate", "6", "--risk", "0.15")


def test_a_small_storm_breaks_nothing():
    command = [sys.executable, "-m", "scripts.lib.benchmark", "storm", "--json", *SMALL]
    finished = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert finished.returncode == 0, finished.stderr[-4000:]
    figures = json.loads(finished.stdout.splitlines()[-1])["figures"]
    for name in ("ours", "naive"):
        assert figures[f"{name}_violations"] == {}, figures
        assert figures[f"{name}_oversold"] == 0
        assert figures[f"{name}_orders"] > 20
        assert figures[f"{name}_workers_killed"] > 0
        assert figures[f"{name}_invariants_checked"] > 30
