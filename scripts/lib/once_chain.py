"""What the steps along the supply chain share."""

from collections.abc import Callable

import requests

from scripts.lib.home import SetupError
from scripts.lib.once_setup import Setup
from scripts.lib.once_steps import Steps, cron_ids
from scripts.lib.services import Context


class Chain(Steps):
    """Steps along the supply chain: these also exchange with the operators of warehouses, and have the simulator's
    people act.

    :param world: what was set up before
    """

    def __init__(self, context: Context, world: Setup):
        super().__init__(context)
        self._context, self._world, self._url = context, world, context.simulator_url
        self._crons["exchange"] = cron_ids(self._odoo, "overseas_warehouse")["cron_exchange"]

    def _exchange(self, what: str, is_done: Callable[[], bool]) -> None:
        """Let the schedule exchange with the operators until something has happened."""
        self._repeat(what, "exchange", is_done)

    def _ask_simulator(self, path: str, body: dict) -> dict:
        answer = requests.post(f"{self._url}/_sim/{path}", json=body, timeout=60)
        if answer.status_code != 200:
            raise SetupError(f"the simulator refuses {path}: {answer.text}")
        return answer.json()


def is_(state: str) -> tuple[str, str, str]:
    """The part of a domain that wants a state."""
    return ("state", "=", state)
