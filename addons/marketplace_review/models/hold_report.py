from odoo import models
from odoo.tools import SQL


class MarketplaceHold(models.Model):
    """How long holds take: a few that lie for weeks say nothing about the day, so it is the median that counts."""

    _inherit = "marketplace.hold"

    def _read_group_select(self, aggregate_spec, query):
        """Override to know the median of the hours to clear, of the holds that are cleared."""
        if aggregate_spec != "hours_to_clear:median":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %s) FILTER (WHERE %s IS NOT NULL)",
            self._field_to_sql(self._table, "hours_to_clear", query),
            self._field_to_sql(self._table, "resolved_at", query),
        )
