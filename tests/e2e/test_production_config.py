"""The configuration that docker-compose.yml uses starts a server here: workers, websocket process, job runner."""

import time
import urllib.request

import pytest

from scripts.lib.config_file import render
from scripts.lib.database import Databases
from scripts.lib.home import ADDONS, CHECKOUT
from scripts.lib.postgres import free_port
from scripts.lib.processes import Process

TEMPLATE = CHECKOUT / "config/odoo.production.conf"


@pytest.fixture(scope="module")
def production(home, postgres, progress):
    """A production server on a scratch database: its process and its values."""
    with Databases(home, postgres, progress).scratch("production", durable=False) as database:
        values = {
            "ADDONS_PATH": ADDONS,
            "DATA_DIR": home.odoo_data,
            "DB_HOST": postgres.host,
            "DB_PORT": postgres.port,
            "DB_USER": postgres.user,
            "DB_PASSWORD": postgres.password,
            "DB_NAME": database,
            "MASTER_PASSWORD": "kept in the environment",
            "HTTP_INTERFACE": "127.0.0.1",
            "HTTP_PORT": free_port(),
            "GEVENT_PORT": free_port(),
            "WORKERS": 2,
        }
        config = home.run / f"{database}.conf"
        config.touch(mode=0o600)
        config.write_text(render(TEMPLATE.read_text(), values))
        process = Process(home, database)
        try:
            process.ensure([str(home.python), str(home.odoo_script), "--config", str(config)], cwd=home.root)
            process.wait_until_healthy(f"http://127.0.0.1:{values['HTTP_PORT']}/web/health")
            yield process, values
        finally:
            process.stop()
            config.unlink()
            process.log.unlink()


def wait_for(condition, seconds=60):
    """Whether ``condition`` comes true in time."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.2)
    return condition()


def test_workers_and_websocket_process_run(production):
    process, values = production
    commands = [" ".join(child.cmdline()) for child in process.running().children()]
    assert sum(" gevent " in f"{command} " for command in commands) == 1
    assert len(commands) >= 2 + 1 + 1 + 1  # HTTP workers, websocket process, cron worker, job runner
    gevent = f"http://127.0.0.1:{values['GEVENT_PORT']}/web/health"
    process.wait_until_healthy(gevent)


def test_job_runner_watches_the_database(production):
    process, values = production
    assert wait_for(lambda: f"queue job runner ready for db {values['DB_NAME']}" in process.log.read_text())


def test_no_database_list_is_shown(production):
    _, values = production
    with urllib.request.urlopen(f"http://127.0.0.1:{values['HTTP_PORT']}/web/database/manager") as response:
        assert "The database manager has been disabled by the administrator" in response.read().decode()
