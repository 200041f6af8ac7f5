from dataclasses import dataclass
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

DEFAULT_HOURS = 24
DEFAULT_MARGIN = 4


@dataclass(frozen=True)
class Terms:
    """How long holds may stay open.

    :param dict by_kind: ``{kind: (hours, hours left to pack before the order must leave)}``
    """

    by_kind: dict

    def get_deadline(self, kind, raised_at, ship_by):
        """When a hold of a kind should be decided: in time to pack, however long its kind may take.

        :param datetime raised_at: naive UTC
        :param ship_by: naive UTC, or a false value
        """
        hours, margin = self.by_kind.get(kind, (DEFAULT_HOURS, DEFAULT_MARGIN))
        deadline: datetime = raised_at + timedelta(hours=hours)
        return min(deadline, ship_by - timedelta(hours=margin)) if ship_by else deadline


class MarketplaceHoldTerm(models.Model):
    _name = "marketplace.hold.term"
    _description = "Deadline of a Kind of Hold"
    _order = "hours, id"
    _rec_name = "kind"

    kind = fields.Selection(selection="_get_kinds", required=True)
    hours = fields.Float(
        "Decide Within (hours)",
        required=True,
        default=DEFAULT_HOURS,
        help="Deadline of a hold, from when it is raised.",
    )
    margin_hours = fields.Float(
        "Before Ship-By (hours)",
        required=True,
        default=DEFAULT_MARGIN,
        help="The deadline lies at least this long before the order must leave, so that it can be packed.",
    )

    _kind_uniq = models.Constraint("UNIQUE(kind)", "There is already a deadline for this kind of hold.")

    @api.model
    def _get_kinds(self):
        return self.env["marketplace.hold"]._get_kinds()

    @api.constrains("hours", "margin_hours")
    def _check_hours(self):
        for term in self:
            if term.hours <= 0 or term.margin_hours < 0:
                raise ValidationError(
                    self.env._("Give a hold some time to be decided, and no negative time before the order must leave.")
                )

    @api.model
    def _get_terms(self):
        """:class:`Terms` as configured; kinds that are not get 24 hours, and 4 before the order must leave."""
        return Terms({term.kind: (term.hours, term.margin_hours) for term in self.sudo().search([])})
