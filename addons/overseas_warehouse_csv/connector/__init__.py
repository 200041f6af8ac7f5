"""Warehouses without an API: orders and notices leave as files, reports come in as files. Plain Python."""

from .folder import DirectoryFolder, Folder, Upload
from .layouts import REPORTS
from .provider import FileProvider
from .reports import read_report
from .settings import Settings
from .sheet import BadFile

__all__ = ["BadFile", "DirectoryFolder", "FileProvider", "Folder", "REPORTS", "Settings", "Upload", "read_report"]
