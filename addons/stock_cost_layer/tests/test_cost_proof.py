"""Whatever happens, and in whatever order: units are the quants', values are the ledger's, bills are never lost."""

import logging
import os
import time
from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from odoo.tests import freeze_time, tagged

from .common import CostCase
from .machine import CostMachine

_logger = logging.getLogger(__name__)

EXAMPLES = int(os.environ.get("COST_PROOF_EXAMPLES", 8))  # docs/cost.md says how to run thousands of steps
STEPS = int(os.environ.get("COST_PROOF_STEPS", 25))
START = "2026-03-10 09:00:00"


@tagged("post_install", "-at_install")
class TestCostProof(CostCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What mails and trackings say is not what is proved, and takes a third of the time.
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})

    def test_units_values_and_bills(self):
        freezer = freeze_time(START, tick=True)
        clock = freezer.__enter__()
        self.addCleanup(freezer.__exit__, None, None, None)
        began = time.process_time()
        machine = type("Machine", (CostMachine,), {"case": self, "clock": clock, "start": START, "taken": Counter()})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize="COST_PROOF_EXAMPLES" not in os.environ,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        steps = machine.taken.pop("steps")
        _logger.info(
            "%s steps, %s things done in %.0f s of the processor: %s",
            steps,
            machine.taken.total(),
            time.process_time() - began,
            dict(machine.taken),
        )
