"""Where things live: the checkout, and the state folder ``$CROSSBORDER_HOME`` that holds everything a run creates."""

import fcntl
import json
import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ADDONS = CHECKOUT / "addons"


class SetupError(Exception):
    """The machine lacks something, or a step failed; the message tells the user what to do."""


@dataclass(frozen=True)
class Home:
    """The state folder of one installation.

    :ivar root: absolute path of the folder
    """

    root: Path

    @classmethod
    def default(cls) -> "Home":
        """``$CROSSBORDER_HOME``, else ``crossborder`` in the XDG data folder."""
        configured = os.environ.get("CROSSBORDER_HOME")
        data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
        home = cls(Path(configured).expanduser().absolute() if configured else data / "crossborder")
        home.root.mkdir(parents=True, exist_ok=True)
        return home

    @property
    def venv(self) -> Path:
        return self.root / "venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin/python"

    @property
    def odoo_script(self) -> Path:
        """The ``odoo`` command."""
        return self.venv / "bin/odoo"

    @property
    def odoo(self) -> Path:
        return self.root / "odoo"

    @property
    def odoo_data(self) -> Path:
        """Odoo's own ``data_dir``: filestore and sessions."""
        return self.root / "odoo-data"

    @property
    def apt(self) -> Path:
        return self.root / "apt"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def programs(self) -> Path:
        """Programs that Odoo runs, its ``bin_path``."""
        return self.root / "bin"

    @property
    def log(self) -> Path:
        return self._folder("log")

    @property
    def run(self) -> Path:
        """Pid files and rendered configuration."""
        return self._folder("run")

    @property
    def state_file(self) -> Path:
        return self.root / "state.json"

    @contextmanager
    def locked(self, name: str):
        """Hold a lock against other processes that use this home; waits for them."""
        with (self.run / f"{name}.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def state(self) -> dict:
        """The remembered values: ports, generated secrets, what was installed."""
        return json.loads(self.state_file.read_text()) if self.state_file.exists() else {}

    def remember(self, **values) -> dict:
        """Merge ``values`` into the state file (mode 0600) and return the whole state."""
        with self.locked("state"):
            return self._merge(values)

    def _merge(self, values: dict) -> dict:
        state = self.state() | values
        draft = self.state_file.with_suffix(".tmp")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(state, indent=2, sort_keys=True))
        draft.replace(self.state_file)
        return state

    def secret(self, name: str) -> str:
        """A secret made once and kept in the state file."""
        with self.locked("state"):
            return self.state().get(name) or self._merge({name: secrets.token_urlsafe(12)})[name]
