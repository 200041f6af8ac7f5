"""Warehouses without an API: orders and notices leave as files, reports come in as files. Plain Python."""

from .faults import CODES, BadFile, Fault
from .folder import DirectoryFolder, Folder, Upload
from .layouts import DOCUMENTS, REPORTS
from .provider import FileProvider
from .reported import REPORTED, Reported
from .reports import read_report
from .settings import Settings
from .sheet import Known

__all__ = [
    "CODES",
    "BadFile",
    "DOCUMENTS",
    "DirectoryFolder",
    "Fault",
    "FileProvider",
    "Folder",
    "Known",
    "REPORTED",
    "REPORTS",
    "Reported",
    "Settings",
    "Upload",
    "read_report",
]
