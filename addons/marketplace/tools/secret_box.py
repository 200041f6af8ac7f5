"""Encryption of credentials at rest.

The key never lies in the database: it comes from the environment variable ``CROSSBORDER_SECRET_KEY`` (a Fernet key,
for containers) or from a file of the server's data folder that is made on first use and readable by the server only.
"""

import json
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from odoo.tools import config

KEY_VARIABLE = "CROSSBORDER_SECRET_KEY"
KEY_FILE = "marketplace_secret.key"


def seal(values):
    """Encrypt a ``dict`` of text values to one text."""
    return _fernet().encrypt(json.dumps(values).encode()).decode()


def unseal(text):
    """Decrypt what :func:`seal` made.

    :raise ValueError: the text was sealed with another key, or was altered
    """
    if not text:
        return {}
    try:
        return json.loads(_fernet().decrypt(text.encode()))
    except InvalidToken:
        raise ValueError(
            f"The stored credentials cannot be decrypted with this server's key ({KEY_VARIABLE} or {KEY_FILE})."
        ) from None


def _fernet():
    return Fernet(os.environ.get(KEY_VARIABLE) or _file_key())


def _file_key():
    path = Path(config["data_dir"]) / KEY_FILE
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(Fernet.generate_key())
    return path.read_bytes()
