"""The storm in small: the bench runs, its workers die, and no invariant breaks."""

import json
import subprocess
import sys

from scripts.lib.home import CHECKOUT

PATIENCE = 600


def test_a_small_storm_breaks_nothing():
    command = [sys.executable, "-m", "scripts.lib.benchmark", "storm", "--json", "--quick", "--risk", "0.1"]
    finished = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert finished.returncode == 0, finished.stderr[-4000:]
    answer = json.loads(finished.stdout.splitlines()[-1])
    figures = answer["figures"]
    assert figures["ours_violations"] == figures["naive_violations"] == {}, figures
    assert figures["ours_oversold"] == 0
    assert figures["ours_orders"] > 50
    assert figures["ours_workers_killed"] > 0
    assert figures["ours_invariants_checked"] > 30
