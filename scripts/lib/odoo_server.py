"""Odoo's configuration file and command lines."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from scripts.lib.config_file import render
from scripts.lib.home import CHECKOUT, Home
from scripts.lib.odoo_source import addons_path
from scripts.lib.postgres import Server
from scripts.lib.progress import Progress
from scripts.lib.shell import run_logged

CHANNELS = "root:2"


@dataclass(frozen=True)
class Odoo:
    """One database on one server, served on one pair of ports.

    :ivar name: names the configuration, log and pid files
    """

    home: Home
    server: Server
    database: str
    name: str = "odoo"
    http_port: int = 8069
    gevent_port: int = 8072
    workers: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def log(self) -> Path:
        return self.home.log / f"{self.name}.log"

    @property
    def config_file(self) -> Path:
        return self.home.run / f"{self.name}.conf"

    def write_config(self) -> Path:
        """Render the development template; the file holds secrets, so its mode is 0600."""
        values = {
            "ADDONS_PATH": ",".join(map(str, addons_path(self.home))),
            "DATA_DIR": self.home.odoo_data,
            "BIN_PATH": self.home.programs,
            "DB_HOST": self.server.host,
            "DB_PORT": self.server.port,
            "DB_USER": self.server.user,
            "DB_PASSWORD": self.server.password,
            "DB_NAME": self.database,
            "MASTER_PASSWORD": self.home.secret("master_password"),
            "HTTP_PORT": self.http_port,
            "GEVENT_PORT": self.gevent_port,
            "WORKERS": self.workers,
            "QUEUE_JOB_CHANNELS": CHANNELS,
        }
        template = (CHECKOUT / "config/odoo.development.conf").read_text()
        self.config_file.touch(mode=0o600)
        self.config_file.write_text(render(template, values))
        return self.config_file

    def command(self, *arguments: str) -> list[str]:
        """The command line of an ``odoo`` process with this configuration."""
        return [str(self.home.python), str(self.home.odoo_script), "--config", str(self.config_file), *arguments]

    def install(self, progress: Progress, install: list[str] = (), upgrade: list[str] = (), *options: str) -> None:
        """Install and upgrade modules, without demo data, and stop.

        :raise SetupError: with the end of the log, when Odoo fails or a module does not load
        """
        self.write_config()
        arguments = ["--stop-after-init", "--no-http", "--workers=0", "--max-cron-threads=0", *options]
        if install:
            arguments += ["-i", ",".join(install)]
        if upgrade:
            arguments += ["-u", ",".join(upgrade)]
        run_logged(self.command(*arguments), self.home.log / "install.log", module_bar(progress), cwd=self.home.root)

    def call(self, function: str, **arguments) -> None:
        """Run a function of :mod:`scripts.lib.inside` in this database and commit."""
        self.write_config()
        command = [self.home.python, "-m", "scripts.lib.inside", self.config_file, self.database, function]
        log = self.home.log / "install.log"
        run_logged(
            command, log, cwd=CHECKOUT, env=os.environ | {"PYTHONPATH": str(CHECKOUT)}, stdin=json.dumps(arguments)
        )


def module_bar(progress: Progress):
    """A line reader that draws how many modules Odoo has loaded."""
    pattern = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")

    def on_line(line: str) -> None:
        found = pattern.search(line)
        if found:
            progress.bar(int(found.group(2)), int(found.group(3)), found.group(1))

    return on_line
