"""The folder of an account: its files are records, so they are written and taken back with all else."""

from datetime import timezone

from ..connector import Folder, Upload
from .fault_words import describe_faults


class RecordFolder(Folder):
    """Files of one account as ``overseas.file``, in the transaction of its environment.

    :param account: ``overseas.account``
    """

    def __init__(self, account):
        self._account = account.sudo()
        self._files = self._account.env["overseas.file"]

    def check(self):
        """Records can be used always."""

    def written(self, kind):
        files = self._files.search_fetch(self._domain("out", kind), ["numbers"])
        return {reference for file in files for reference in file.numbers}

    def put(self, kind, name, content):
        self._files._create_outgoing(self._account, kind, name, content)

    def uploads(self, kind):
        files = self._files.search([*self._domain("in", kind), ("state", "=", "in_use")], order="filed_at, id")
        return [Upload(file.name, file._get_bytes(), file.filed_at.replace(tzinfo=timezone.utc)) for file in files]

    def describe(self, faults):
        return describe_faults(self._files.env, faults)

    def get_kinds(self):
        """Kinds of which there are uploads in use, as set."""
        domain = [("account_id", "=", self._account.id), ("direction", "=", "in"), ("state", "=", "in_use")]
        return {kind for (kind,) in self._files._read_group(domain, ["kind"])}

    def reject(self, kind, name, reason):
        files = self._files.search([*self._domain("in", kind), ("name", "=", name)])
        files.write({"state": "rejected", "message": reason})

    def _domain(self, direction, kind):
        return [("account_id", "=", self._account.id), ("direction", "=", direction), ("kind", "=", kind)]
