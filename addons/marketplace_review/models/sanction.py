from odoo import api, fields, models, tools

from ..checks.sanctions import Entry, NameIndex


class MarketplaceSanctionList(models.Model):
    """A list of people and companies that must not be served, as an authority publishes it."""

    _name = "marketplace.sanction.list"
    _inherit = "marketplace.cache.source"
    _description = "Sanction List"
    _order = "name, id"

    name = fields.Char(required=True)
    source = fields.Char(help="Who publishes the list, and where it was taken from.")
    dated = fields.Date(help="Day of the list.")
    imported_at = fields.Datetime(readonly=True, copy=False)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    entry_ids = fields.One2many("marketplace.sanction.entry", "list_id", readonly=True)
    entry_count = fields.Integer("Names", compute="_compute_entry_count")

    _name_uniq = models.UniqueIndex(
        "(name, COALESCE(company_id, 0))", "There is already a list of this name. Import the file into that one."
    )

    def _compute_entry_count(self):
        counts = dict(
            self.env["marketplace.sanction.entry"]._read_group([("list_id", "in", self.ids)], ["list_id"], ["__count"])
        )
        for record in self:
            record.entry_count = counts.get(record, 0)

    def action_import(self):
        """Replace the names by those of a newer file."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("marketplace_review.action_sanction_import"),
            "context": {"default_list_id": self.id},
        }

    def action_view_entries(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_review.action_sanction_entries")
        action["domain"] = [("list_id", "in", self.ids)]
        return action

    def _replace(self, entries):
        """Give the list the names of a file.

        :param list entries: :class:`~..checks.sanctions.Entry`
        """
        self.entry_ids.unlink()
        self.env["marketplace.sanction.entry"].create(
            [
                {
                    "list_id": self.id,
                    "name": entry.names[0],
                    "aliases": "\n".join(entry.names[1:]),
                    "country": entry.country,
                }
                for entry in entries
            ]
        )
        self.imported_at = fields.Datetime.now()


class MarketplaceSanctionEntry(models.Model):
    _name = "marketplace.sanction.entry"
    _description = "Name on a Sanction List"
    _order = "name, id"

    list_id = fields.Many2one("marketplace.sanction.list", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="list_id.company_id", store=True, index=True)
    name = fields.Char(required=True)
    aliases = fields.Text(help="Other names and spellings, one per line.")
    country = fields.Char(help="As the list states it.")

    @api.model
    @tools.ormcache("company_id")
    def _get_index(self, company_id):
        """All names that must not be served by a company, ready to be looked up."""
        entries = self.sudo().search_fetch(
            [("list_id.active", "=", True), ("company_id", "in", [company_id, False])], ["name", "aliases", "country"]
        )
        return NameIndex(
            Entry(entry.id, (entry.name, *(entry.aliases or "").splitlines()), entry.country or "") for entry in entries
        )
