"""Step 5: PostgreSQL, simulator and Odoo as background services of a home."""

import hashlib
import os
import socket
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.lib.database import ADDONS, Databases, addon_hashes
from scripts.lib.home import CHECKOUT, Home, SetupError
from scripts.lib.odoo_client import OdooClient
from scripts.lib.odoo_server import Odoo
from scripts.lib.postgres import Embedded, Server, free_port
from scripts.lib.processes import Process, answers
from scripts.lib.progress import Progress

DATABASE = "crossborder"
LOGIN = "admin"
# Report and feed waits of a minute pass in a second, so that a training shop is ready while one looks on.
SIMULATOR = ("--seed", "1", "--speed", "60")
ORDER_STREAM = ("--orders", "200", "--rate", "0.05")


@dataclass(frozen=True)
class Wishes:
    """How the services are to run.

    :ivar port: Odoo's port; ``None``: the one of last time, else 8069, else a free one
    :ivar workers: Odoo processes; 0 is one process with threads
    :ivar demo: with simulator and training shop
    :ivar simulator_arguments: options of the simulator beside its port and state
    """

    port: int | None = None
    simulator_port: int | None = None
    workers: int = 0
    demo: bool = True
    simulator_arguments: Sequence[str] = (*SIMULATOR, *ORDER_STREAM)


@dataclass(frozen=True)
class Context:
    """The running services, for what is done with them."""

    home: Home
    server: Server
    odoo: Odoo
    databases: Databases
    progress: Progress
    password: str = field(repr=False)
    simulator_url: str | None
    login: str = LOGIN

    def client(self, timeout: float = 300) -> OdooClient:
        """A new session of the administrator."""
        return OdooClient(self.odoo.url, self.odoo.database, self.login, self.password, timeout)


def start_all(home: Home, server: Server, progress: Progress, wishes: Wishes) -> Context:
    """Steps 4 and 5: database, simulator, Odoo; what runs already is left running."""
    database = server.database or DATABASE
    databases = Databases(home, server, progress)
    state = home.state()
    odoo = Odoo(
        home,
        server,
        database,
        http_port=_port(home, "odoo", wishes.port, 8069),
        gevent_port=state.get("gevent_port") or home.remember(gevent_port=free_port())["gevent_port"],
        workers=wishes.workers,
    )
    with progress.step(f"Database {database}"), home.locked("database"):
        ensure_database(home, odoo, databases)
    with progress.step("Simulator and Odoo"):
        simulator_url = None
        if wishes.demo:
            port = _port(home, "simulator", wishes.simulator_port, 8971)
            simulator_url = start_simulator(home, "simulator", port, wishes.simulator_arguments)
        shops = [database, simulator_url, *wishes.simulator_arguments]
        if simulator_url and state.get("training_shop") != shops:
            progress.note("setting up the training shops")
            odoo.call("training_shop", simulator_url=simulator_url, url=odoo.url)
            home.remember(training_shop=shops)
        start_odoo(odoo)
    return Context(home, server, odoo, databases, progress, home.secret("admin_password"), simulator_url)


def ensure_database(home: Home, odoo: Odoo, databases: Databases) -> None:
    """Make the database, or bring the addons that changed since last time up to date; Odoo is stopped meanwhile."""
    wanted = addon_hashes()
    installed = home.state().get("addons", {}).get(odoo.database, {})
    if not databases.exists(odoo.database):
        draft = f"{odoo.database}_draft"
        databases.drop(draft)
        databases.clone(databases.suite_template(), draft)
        Odoo(home, odoo.server, draft, name="template").call("fresh_database", password=home.secret("admin_password"))
        databases.rename(draft, odoo.database)
    elif changed := [name for name, digest in wanted.items() if installed.get(name) != digest]:
        databases.progress.note(f"updating {', '.join(changed)}")
        Process(home, "odoo").stop()
        odoo.install(databases.progress, install=[name for name in changed if name not in installed], upgrade=changed)
    home.remember(addons={odoo.database: wanted})


def start_simulator(home: Home, name: str, port: int, arguments: Sequence[str]) -> str | None:
    """Start the simulator as process ``name`` with its world in a file of that name, and return its URL.

    :return: ``None`` where the suite has no simulator
    """
    code = ADDONS / "marketplace_simulator/server"
    if not (code / "__main__.py").exists():
        return None
    command = [str(home.python), "-m", "addons.marketplace_simulator.server", "--port", str(port)]
    command += ["--state", str(home.root / f"{name}.sqlite"), *arguments]
    process = Process(home, name)
    process.ensure(command, _fingerprint(code), cwd=CHECKOUT, env={"PYTHONPATH": str(CHECKOUT)})
    process.wait_until_healthy(f"http://127.0.0.1:{port}/_sim/health")
    return f"http://127.0.0.1:{port}"


def forget_simulator(home: Home, name: str) -> None:
    """Stop the simulator process ``name`` and remove its world."""
    Process(home, name).stop()
    for path in home.root.glob(f"{name}.sqlite*"):
        path.unlink()


def start_odoo(odoo: Odoo) -> None:
    """Start Odoo, or start it anew when its configuration or the suite's code changed; wait until it answers."""
    config = odoo.write_config()
    process = Process(odoo.home, odoo.name)
    fingerprint = hashlib.sha256(config.read_bytes() + _fingerprint(ADDONS).encode()).hexdigest()
    if process.ensure(odoo.command(), fingerprint, cwd=odoo.home.root):
        process.wait_until_healthy(f"{odoo.url}/web/health")
        if not answers(f"{odoo.url}/web/login"):
            raise SetupError(f"Odoo answers but cannot show its login page; see {process.log}")


def _fingerprint(folder: Path) -> str:
    """Changes with the Python files below ``folder``."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()


def _port(home: Home, name: str, wanted: int | None, usual: int) -> int:
    """The port of a service, remembered.

    :raise SetupError: somebody else listens on the wanted one
    """
    remembered = home.state().get(f"{name}_port")
    if Process(home, name).running() and wanted in (None, remembered):
        return remembered
    for candidate in filter(None, [wanted, remembered, usual, free_port()]):
        if not _taken(candidate):
            return home.remember(**{f"{name}_port": candidate})[f"{name}_port"]
        if candidate == wanted:
            raise SetupError(f"port {wanted} is in use by another program")
    raise SetupError("no free port")


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def scratch_services(home: Home, server: Server, progress: Progress, arguments: Sequence[str], demo: bool = True):
    """Simulator and Odoo on a clone of the suite template, for the length of the ``with`` block; yields a Context.

    :param arguments: options of the simulator
    :param demo: set up the training shop
    """
    databases = Databases(home, server, progress)
    name = f"scratch-{os.getpid()}"
    _forget_old_logs(home)
    with databases.scratch("services", durable=False) as database:
        odoo = Odoo(home, server, database, name=name, http_port=free_port(), gevent_port=free_port())
        password = home.secret("admin_password")
        try:
            odoo.call("fresh_database", password=password)
            url = start_simulator(home, f"{name}-simulator", free_port(), arguments)
            if url and demo:
                odoo.call("training_shop", simulator_url=url, url=odoo.url)
            start_odoo(odoo)
            yield Context(home, server, odoo, databases, progress, password, url)
        finally:
            Process(home, name).stop()
            forget_simulator(home, f"{name}-simulator")
            odoo.config_file.unlink(missing_ok=True)


def _forget_old_logs(home: Home) -> None:
    """Logs of scratch services are kept for a day, to look at what failed."""
    with home.locked("log"):
        for old in home.log.glob("scratch-*.log"):
            if time.time() - old.stat().st_mtime > 86400:
                old.unlink()


def stop_all(home: Home) -> list[str]:
    """Stop what runs, Odoo first, and name it."""
    stopped = [name for name in ("odoo", "simulator") if Process(home, name).stop()]
    return stopped + (["postgres"] if Embedded(home).stop() else [])


def status(home: Home) -> dict[str, dict]:
    """What runs: service → ``running`` and where."""
    state = home.state()
    result = {}
    for name, path in (("odoo", "/web/health"), ("simulator", "/_sim/health")):
        running = Process(home, name).running()
        url = f"http://127.0.0.1:{state.get(f'{name}_port')}"
        result[name] = {"running": bool(running), "healthy": bool(running) and answers(url + path), "url": url}
    running = Embedded(home).is_running()
    result["postgres"] = {"running": running, "healthy": running, "url": f"127.0.0.1:{state.get('postgres_port')}"}
    return result


def reset(home: Home, server: Server, databases: Databases) -> None:
    """Throw away the database and the simulator's world; the environment and the templates stay."""
    Process(home, "odoo").stop()
    databases.drop(server.database or DATABASE)
    forget_simulator(home, "simulator")
    home.remember(training_shop=None, addons={}, channels=None)
