"""Step 4: databases, made from templates so that only the first takes minutes.

``crossborder_base_<key>`` holds the Odoo modules that the suite depends on and a demo company, and
``crossborder_suite_<key>`` is a clone of it with the suite installed. Both keys change when what they hold
changes; older templates are dropped.
"""

import ast
import hashlib
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg2

from scripts.lib.home import ADDONS, Home
from scripts.lib.odoo_server import Odoo
from scripts.lib.postgres import Server
from scripts.lib.progress import Progress
from scripts.lib.venv import REQUIREMENTS

GROUND = ("account", "l10n_uk", "queue_job")
LANGUAGES = "en_US,zh_CN"


def manifests() -> dict[str, dict]:
    """The suite's addons: name → manifest."""
    paths = sorted(ADDONS.glob("*/__manifest__.py"))
    return {path.parent.name: ast.literal_eval(path.read_text()) for path in paths}


def content_hash(folder: Path) -> str:
    """A hash of every file below ``folder`` that Odoo could load; tests and compiled files are left out."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and "__pycache__" not in parts and parts[0] != "tests":
            digest.update("/".join(parts).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def addon_hashes() -> dict[str, str]:
    """Content hash of every addon of the suite."""
    return {name: content_hash(ADDONS / name) for name in manifests()}


def needed_modules() -> list[str]:
    """Odoo's and OCA's modules that the suite asks for, always with the ground that a company's books need."""
    suite = manifests()
    asked = {name for manifest in suite.values() for name in manifest.get("depends", [])}
    return sorted((asked - set(suite)) | set(GROUND))


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


class Databases:
    """The databases of one PostgreSQL server and their filestores in one home."""

    def __init__(self, home: Home, server: Server, progress: Progress):
        self.home = home
        self.server = server
        self.progress = progress

    def _execute(self, statement: str, *values) -> list[tuple]:
        connection = psycopg2.connect(self.server.url("postgres"), connect_timeout=10)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def exists(self, name: str) -> bool:
        return bool(self._execute("SELECT 1 FROM pg_database WHERE datname = %s", name))

    def names(self, prefix: str) -> list[str]:
        """Databases whose name begins with ``prefix``."""
        return [name for (name,) in self._execute("SELECT datname FROM pg_database") if name.startswith(prefix)]

    def create(self, name: str) -> None:
        """An empty UTF-8 database."""
        self._execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'")

    def clone(self, template: str, name: str) -> None:
        """A copy of ``template`` with its filestore, whose files are shared by hard links."""
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        if self._filestore(template).exists():
            shutil.copytree(self._filestore(template), self._filestore(name), copy_function=os.link)

    def drop(self, name: str) -> None:
        """Remove a database and its filestore, closing connections to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(self._filestore(name), ignore_errors=True)

    def rename(self, old: str, new: str) -> None:
        """Give a database and its filestore another name."""
        if self._filestore(old).exists():
            shutil.rmtree(self._filestore(new), ignore_errors=True)
            self._filestore(old).rename(self._filestore(new))
        self._execute(f'ALTER DATABASE "{old}" RENAME TO "{new}"')

    def _filestore(self, name: str) -> Path:
        return self.home.odoo_data / "filestore" / name

    def base_template(self) -> str:
        """Name of the template with Odoo's modules and the demo company; made when there is none."""
        modules = needed_modules()
        requirement = next(line for line in REQUIREMENTS.read_text().splitlines() if line.startswith("odoo-addon-"))
        inside = (Path(__file__).parent / "inside.py").read_text()
        source = str((self.home.odoo / "site/odoo").resolve())
        name = f"crossborder_base_{_key(source, requirement, inside, *modules)}"

        def fill(draft: Odoo) -> None:
            draft.install(self.progress, ["base"], [], f"--load-language={LANGUAGES}")
            draft.install(self.progress, modules)
            draft.call("demo_company")

        self._template(name, "crossborder_base_", f"{len(modules)} modules of Odoo", None, fill)
        return name

    def suite_template(self) -> str:
        """Name of the template with the suite installed; made from the base template when there is none."""
        base = self.base_template()
        suite = addon_hashes()
        if not suite:
            return base
        name = f"crossborder_suite_{_key(base, *(f'{addon}={digest}' for addon, digest in suite.items()))}"

        def fill(draft: Odoo) -> None:
            draft.install(self.progress, list(suite))

        self._template(name, "crossborder_suite_", f"{len(suite)} addons of the suite", base, fill)
        return name

    @contextmanager
    def scratch(self, purpose: str, durable: bool = True):
        """Name of a clone of the suite template for the length of the ``with`` block; dead ones are dropped first.

        :param durable: wait for the disk at each commit, as a real database does; what is measured should
        """
        with self.home.locked("database"):
            for old in self.names("crossborder_scratch_"):
                if not psutil.pid_exists(int(old.rsplit("_", 1)[1])):
                    self.drop(old)
            name = f"crossborder_scratch_{purpose}_{os.getpid()}"
            self.clone(self.suite_template(), name)
        if not durable:
            self._execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        try:
            yield name
        finally:
            self.drop(name)

    def _template(self, name: str, family: str, what: str, parent: str | None, fill) -> None:
        """Make template ``name`` under a draft name and rename it when whole, so a broken one is never used."""
        if self.exists(name):
            return
        for old in self.names(family):
            self.drop(old)
        self.progress.note(f"installing {what} into a template database")
        draft = f"{family}draft"
        if parent:
            self.clone(parent, draft)
        else:
            self.create(draft)
        fill(Odoo(self.home, self.server, draft, name="template"))
        self.rename(draft, name)
