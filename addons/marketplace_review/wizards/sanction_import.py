import base64

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..checks.sanctions import COLUMNS, ListError, read_list


class MarketplaceSanctionImport(models.TransientModel):
    """Takes a sanction list from a CSV file, as a new list or in place of an older one."""

    _name = "marketplace.sanction.import"
    _description = "Import Sanction List"

    list_id = fields.Many2one(
        "marketplace.sanction.list", string="Replace", help="Empty: the file becomes a list of its own."
    )
    name = fields.Char("List", compute="_compute_from_list", store=True, readonly=False, required=True)
    source = fields.Char(
        compute="_compute_from_list",
        store=True,
        readonly=False,
        help="Who publishes the list, and where it was taken from.",
    )
    dated = fields.Date(default=fields.Date.context_today)
    file = fields.Binary("CSV File", required=True)
    filename = fields.Char()

    @api.depends("list_id")
    def _compute_from_list(self):
        for wizard in self:
            wizard.name = wizard.list_id.name or wizard.name
            wizard.source = wizard.list_id.source or wizard.source

    def action_import(self):
        """Read the file, and change nothing unless all of it is good."""
        self.ensure_one()
        try:
            entries = read_list(base64.b64decode(self.file))
        except ListError as error:
            raise ValidationError(self._describe(error)) from error
        vals = {"name": self.name, "source": self.source, "dated": self.dated}
        record = self.list_id or self.list_id.create(vals)
        record.write(vals)
        record._replace(entries)
        return record._get_records_action()

    def _describe(self, error):
        """What is wrong with the file, and what to do."""
        line, value = error.line, error.value
        columns = ", ".join(COLUMNS)
        message = {
            "encoding": lambda: self.env._("Line %s is not UTF-8 text. Save the file as 'CSV UTF-8'.", line),
            "empty": lambda: self.env._("The file names nobody. It needs the columns %s and a line per name.", columns),
            "missing_column": lambda: self.env._(
                "The column '%(column)s' is missing. The first line must name the columns %(columns)s.",
                column=value,
                columns=columns,
            ),
            "missing_name": lambda: self.env._("Line %s has no name. Complete or remove it.", line),
            "duplicate": lambda: self.env._(
                "Line %(line)s: %(name)s is on the list already. Remove one of the two.", line=line, name=value
            ),
        }[error.code]()
        return self.env._("%(message)s Nothing was imported.", message=message)
