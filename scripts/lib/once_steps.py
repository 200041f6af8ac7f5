"""What the jobs of ``scripts/run --once`` share: calls to a running server, schedules, and waiting for what follows."""

import time
from collections.abc import Callable

from scripts.lib.home import SetupError
from scripts.lib.odoo_client import OdooClient, OdooError
from scripts.lib.services import Context

PATIENCE = 1800
BUSY = ("wait_dependencies", "pending", "enqueued", "started")


class Steps:
    """Steps of a job on running services, done as a person and the job runner would.

    :param context: running services
    """

    def __init__(self, context: Context):
        self._odoo = context.client()
        self._note = context.progress.note
        self._crons = cron_ids(self._odoo, "marketplace")

    def _is_idle(self) -> bool:
        now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 1))
        domain = [("state", "in", BUSY), "|", ("eta", "=", False), ("eta", "<=", now)]
        return not self._count("queue.job", domain)

    def _wait(self, what: str, is_done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        self._note(what)
        while not is_done():
            if failed := self._odoo.call("queue.job", "search_read", [("state", "=", "failed")], fields=["exc_info"]):
                raise SetupError(f"a job failed while {what}:\n{failed[0]['exc_info']}")
            if time.monotonic() > deadline:
                raise SetupError(f"not finished within {PATIENCE} s: {what}")
            time.sleep(0.5)

    def _repeat(self, what: str, cron: str, is_done: Callable[[], bool]) -> None:
        """Run a schedule again and again, until something has happened."""

        def happened() -> bool:
            if is_done():
                return True
            if self._is_idle():
                self._run_cron(cron)
            return False

        self._wait(what, happened)

    def _run_cron(self, name: str) -> None:
        """Run a schedule now, after the run that may be under way by itself."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._odoo.call("ir.cron", "method_direct_trigger", [self._crons[name]])
            except OdooError as error:
                if "already executing" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def _count(self, model: str, domain: list) -> int:
        return self._odoo.call(model, "search_count", domain)


def cron_ids(odoo: OdooClient, module: str) -> dict[str, int]:
    """Schedules of a module, by name."""
    rows = odoo.call(
        "ir.model.data",
        "search_read",
        [("module", "=", module), ("model", "=", "ir.cron")],
        fields=["name", "res_id"],
    )
    return {row["name"]: row["res_id"] for row in rows}
