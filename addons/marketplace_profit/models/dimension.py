from odoo import fields


class Dimension(fields.Many2one):
    """A reference of rows that are derived, millions of them: without foreign key.

    PostgreSQL would look up each reference of each row when a month is made anew, which takes longer than making it.
    What the rows refer to is held by what they are derived from: orders, settlements, journal items.
    """

    def update_db_foreign_key(self, model, column):
        """Override of `fields.Many2one` to make none."""
