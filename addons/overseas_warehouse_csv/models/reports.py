"""Reports that people upload for operators whose interface lacks them."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..connector import REPORTED, FileProvider, Reported, Settings
from .file import REPORT_KINDS
from .folder import RecordFolder


class OverseasAccount(models.Model):
    _inherit = "overseas.account"

    takes_reports = fields.Boolean(compute="_compute_takes_reports")

    def _compute_takes_reports(self):
        for account in self:
            account.takes_reports = account.state != "disabled" and bool(account._get_report_kinds())

    def _get_report_kinds(self):
        """Kinds of reports that are uploaded: all of an operator without an interface, of others what their interface
        lacks. An account that lacks credentials has none."""
        self.ensure_one()
        if self.provider == "csv":
            return [kind for kind, _label in REPORT_KINDS]
        try:
            # Of the interface alone: with the files, nothing would be lacking.
            known = super()._get_connector().capabilities  # pylint: disable=super-method-mismatch
        except UserError:
            return []
        return [kind for kind, capability in REPORTED.items() if capability not in known]

    def _check_report_kind(self, kind):
        """:raise UserError: reports of the kind are not uploaded for the account; says which are"""
        kinds = self._get_report_kinds()
        if kind not in kinds:
            labels = dict(self.env["overseas.file"]._fields["kind"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Nothing to upload: %(account)s tells this over its interface, or is not set up. By file it takes: "
                    "%(kinds)s.",
                    account=self.name,
                    kinds=", ".join(labels[one] for one in kinds) or self.env._("nothing"),
                )
            )

    def _get_connector(self):
        """Override of `marketplace.connection`: reports that are there stand in for what the interface lacks."""
        connector = super()._get_connector()
        if self.provider == "csv":
            return connector
        folder = RecordFolder(self)
        lacking = {kind for kind, capability in REPORTED.items() if capability not in connector.capabilities}
        kinds = lacking & folder.get_kinds()
        return Reported(connector, FileProvider(folder, Settings(warehouses=())), kinds) if kinds else connector
