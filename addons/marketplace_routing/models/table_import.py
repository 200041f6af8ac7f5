import base64
import csv
import io
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..freight.table_file import TableFileError, read_records
from .freight_messages import describe_file


class MarketplaceTableImport(models.AbstractModel):
    """A wizard that reads a table of the user: CSV or Excel, with a template to download and a preview."""

    _name = "marketplace.table.import"
    _description = "Import of a Table"

    file = fields.Binary(attachment=False, help="Excel workbook (.xlsx) or CSV with the columns of the template.")
    filename = fields.Char()
    template = fields.Binary(compute="_compute_template")
    template_name = fields.Char(compute="_compute_template")
    state = fields.Selection([("upload", "File"), ("preview", "Preview")], default="upload", required=True)

    @api.model
    def _get_columns(self):
        """:class:`~..freight.table_file.Column` of the table. Override."""
        raise NotImplementedError

    def _get_template_lines(self):
        """Lines of the template below its header, as lists of text. Override."""
        raise NotImplementedError

    def _get_template_name(self):
        """File name of the template. Override."""
        raise NotImplementedError

    def _compute_template(self):
        header = [column.names[0] for column in self._get_columns()]
        for wizard in self:
            text = io.StringIO()
            csv.writer(text).writerows([header, *wizard._get_template_lines()])
            # With its mark, Excel reads the file as UTF-8.
            wizard.template = base64.b64encode(text.getvalue().encode("utf-8-sig"))
            wizard.template_name = wizard._get_template_name()

    def _read_file(self, parse, others_allowed=False):
        """What ``parse`` makes of the records of the file.

        :param parse: function of a list of records; raises TableFileError
        :raises UserError: no file, or all that is wrong in it
        """
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        try:
            return parse(read_records(base64.b64decode(self.file), self._get_columns(), others_allowed))
        except TableFileError as error:
            raise UserError(
                self.env._("Nothing was changed. Correct the file first:") + "\n\n" + describe_file(self.env, error)
            ) from error

    def action_download(self):
        """Download the template."""
        self.ensure_one()
        address = f"/web/content/{self._name}/{self.id}/template/{quote(self.template_name, safe='')}?download=true"
        return {"type": "ir.actions.act_url", "url": address, "target": "download"}

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env.context.get("dialog_title") or self._description,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_back(self):
        self.state = "upload"
        return self._reopen()
