"""Odoo in the bench's own process, on a clone of the suite's template database."""

import os
from contextlib import contextmanager
from pathlib import Path

from scripts.lib.database import Databases
from scripts.lib.home import Home
from scripts.lib.odoo_server import Odoo
from scripts.lib.postgres import Server
from scripts.lib.progress import Progress


@contextmanager
def scratch_database(home: Home, server: Server, progress: Progress):
    """``(configuration file, database)`` that live as long as the ``with`` block."""
    with Databases(home, server, progress).scratch("bench") as name:
        config_file = Odoo(home, server, name, name=f"bench-{os.getpid()}").write_config()
        try:
            yield config_file, name
        finally:
            config_file.unlink()


@contextmanager
def environment(config_file: Path, database: str):
    """An environment of the superuser with a cursor of its own; what the caller wants to keep, it commits."""
    import odoo.init  # noqa: F401
    from odoo import SUPERUSER_ID, api, sql_db
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["--config", str(config_file), "--no-http", "--log-level=warn"], setup_logging=True)
    try:
        with Registry(database).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"tz": "UTC"})
            cr.rollback()
    finally:
        sql_db.close_db(database)
