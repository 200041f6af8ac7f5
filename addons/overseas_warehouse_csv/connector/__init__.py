"""Warehouses without an API: orders and notices leave as files, reports come in as files. Plain Python."""

from .folder import DirectoryFolder, Folder, Upload
from .layouts import DOCUMENTS, REPORTS
from .provider import FileProvider
from .reports import read_report
from .settings import Settings
from .sheet import BadFile, Known

__all__ = [
    "BadFile",
    "DOCUMENTS",
    "DirectoryFolder",
    "FileProvider",
    "Folder",
    "Known",
    "REPORTS",
    "Settings",
    "Upload",
    "read_report",
]
