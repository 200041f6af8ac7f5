"""Where the files are: those for the warehouse, and those that people uploaded."""

import os
import tempfile
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from ...marketplace.contract import AuthenticationFailed, Unavailable
from .layouts import DOCUMENTS
from .sheet import read_sheet


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a person uploaded.

    :param at: when, aware UTC
    """

    name: str
    content: bytes
    at: datetime


class Folder(ABC):
    """Files of one account. Calls raise the errors of the contract when the folder cannot be reached."""

    @abstractmethod
    def check(self):
        """Raise unless the folder can be used."""

    @abstractmethod
    def written(self, kind):
        """References that stand in the files for the warehouse, as set.

        :param str kind: of :data:`.layouts.DOCUMENTS`
        """

    @abstractmethod
    def put(self, kind, name, content):
        """Put a file for the warehouse there, as a whole or not at all. An existing one is never replaced."""

    @abstractmethod
    def uploads(self, kind):
        """:class:`Upload` of a kind, oldest first.

        :param str kind: of :data:`.layouts.REPORTS`
        """

    def describe(self, faults):
        """Words for the person who reads them; a folder that knows his language finds better ones.

        :param list faults: :class:`.faults.Fault`
        """
        return "; ".join(map(str, faults))

    @abstractmethod
    def reject(self, kind, name, reason):
        """Set an upload aside of which nothing is taken, with the reason for the person who reads it."""


class DirectoryFolder(Folder):
    """Files in a directory: ``out/<kind>`` for the warehouse, ``in/<kind>`` from it, ``rejected/<kind>`` set aside.

    What is in ``out`` must stay there: it is how a second writing of an order is prevented.
    """

    def __init__(self, path):
        self._path = Path(path)

    def check(self):
        self._guarded(lambda: os.listdir(self._path))

    def written(self, kind):
        references = set()
        for path in self._files("out", kind):
            content = self._guarded(path.read_bytes)
            references |= {
                row["reference"].removeprefix("'") for row in read_sheet(path.name, content, DOCUMENTS[kind])
            }
        return references

    def put(self, kind, name, content):
        self._guarded(lambda: self._write("out", kind, name, content))

    def uploads(self, kind):
        found = []
        for path in self._files("in", kind):
            at = datetime.fromtimestamp(self._guarded(path.stat).st_mtime, timezone.utc)
            found.append(Upload(path.name, self._guarded(path.read_bytes), at))
        return sorted(found, key=lambda upload: (upload.at, upload.name))

    def reject(self, kind, name, reason):
        def move():
            self._write("rejected", kind, f"{name}.txt", f"{reason}\n".encode())
            os.replace(self._path / "in" / kind / name, self._path / "rejected" / kind / name)

        self._guarded(move)

    def _files(self, direction, kind):
        folder = self._path / direction / kind
        if not self._guarded(folder.is_dir):
            return []
        return sorted(path for path in self._guarded(lambda: list(folder.iterdir())) if _counts(path))

    def _write(self, direction, kind, name, content):
        folder = self._path / direction / kind
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
            file.write(content)
        if direction == "out":
            os.link(file.name, folder / name)  # fails where the name is taken
            os.unlink(file.name)
        else:
            os.replace(file.name, folder / name)

    def _guarded(self, do):
        try:
            return do()
        except PermissionError as error:
            raise AuthenticationFailed(f"no access to {error.filename or self._path}") from None
        except OSError as error:
            raise Unavailable(f"the folder {self._path} cannot be used: {error.strerror}") from None


def _counts(path):
    return path.is_file() and not path.name.startswith(".")
