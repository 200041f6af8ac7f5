"""Tokens that a marketplace has just issued, on disk until the database has them.

A single-use refresh token is worthless from the moment the marketplace answers with the next one. Whatever happens
before the database has committed the answer, a lost connection or the death of the process, it is read from here.
"""

import fcntl
import logging
import os
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from odoo.tools import config

from . import secret_box

_logger = logging.getLogger(__name__)


class TokenJournal:
    """The journal of one account: one sealed file in the server's data folder.

    :param str dbname: name of the database
    :param int account_id: the account
    """

    def __init__(self, dbname, account_id):
        self._path = Path(config["data_dir"]) / "marketplace_tokens" / quote(dbname, safe="") / f"{account_id}.sealed"

    @contextmanager
    def locked(self):
        """Keep all other processes of this machine off the account's tokens, even when the database lets go of its
        lock because the connection was lost."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(self._path.with_suffix(".lock"), "w", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def save(self, entry):
        """Keep an entry durably: when this returns it survives the loss of power.

        :param dict entry: plain JSON
        """
        new = self._path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secret_box.seal(entry))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def load(self):
        """The entry, or ``None``; one that this server's key does not open is reported and left alone."""
        try:
            return secret_box.unseal(self._path.read_text())
        except FileNotFoundError:
            return None
        except ValueError:
            _logger.exception("The token journal %s cannot be read", self._path)
            return None

    def remove(self):
        """Forget the entry: the database has it."""
        self._path.unlink(missing_ok=True)
