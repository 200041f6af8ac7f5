from odoo import api, fields, models

from ..contract import InboundUpdate, ProviderCapability


class OverseasInbound(models.Model):
    """Announced goods that come on another day, or under another number: the warehouse is told, or it shows that it was
    not."""

    _inherit = "overseas.inbound"

    told_eta = fields.Date("Expected There On", readonly=True, copy=False, help="The day that the warehouse was told.")
    told_tracking = fields.Char("Tracking Number There", readonly=True, copy=False)
    arrival_differs = fields.Boolean(
        "Warehouse Not Told",
        compute="_compute_arrival_differs",
        store=True,
        help="The warehouse expects the goods on another day, or under another number.",
    )
    arrival_answer = fields.Char("Why Not", readonly=True, copy=False, help="Why the warehouse was not told.")

    @api.depends("state", "eta", "tracking", "told_eta", "told_tracking")
    def _compute_arrival_differs(self):
        for inbound in self:
            now, told = (inbound.eta, inbound.tracking or ""), (inbound.told_eta, inbound.told_tracking or "")
            inbound.arrival_differs = inbound.state == "accepted" and bool(inbound.told_eta) and now != told

    def write(self, vals):
        """Override to tell the warehouse again what it refused before, once it is something else."""
        if "eta" in vals or "tracking" in vals:
            vals = {"arrival_answer": False, **vals}
        return super().write(vals)

    def _accept_each(self, bookings):
        """Override of `overseas.sendable` to keep what the warehouse was told."""
        result = super()._accept_each(bookings)
        self.browse(record.id for record in bookings)._note_told()
        return result

    def _note_told(self):
        for inbound in self:
            inbound.write({"told_eta": inbound.eta, "told_tracking": inbound.tracking, "arrival_answer": False})

    # === TELLING === #

    @api.model
    def _follow(self, account):
        """Override to tell the warehouse first what has changed here."""
        self._tell_arrivals(account)
        return super()._follow(account)

    @api.model
    def _tell_arrivals(self, account):
        """Tell an account's warehouses when announced goods come, and under which number."""
        waiting = self.search(
            [("account_id", "=", account.id), ("arrival_differs", "=", True), ("arrival_answer", "=", False)],
            limit=self._batch_size,
        ).try_lock_for_update(allow_referencing=True)
        if not waiting:
            return
        if not account._has_capability(ProviderCapability.INBOUND_UPDATE):
            waiting.arrival_answer = self.env._(
                "%s takes no changes of announced goods over its interface. Tell it yourself, then press Told.",
                account.name,
            )
            return
        updates = [InboundUpdate(inbound._prepare_notice(), inbound.external_id or "") for inbound in waiting]
        bookings, _error = account._ask(
            self.env._("Tell when goods come"), lambda provider: provider.update_inbounds(updates)
        )
        waiting._apply_told(bookings or ())

    def _apply_told(self, bookings):
        """Keep what was said; what was not answered, or should be asked again, is told again."""
        by_reference = {inbound.reference: inbound for inbound in self}
        for booking in bookings:
            inbound = by_reference[booking.reference]
            if booking.accepted:
                inbound._note_told()
            elif booking.retry_after is None:
                inbound.arrival_answer = self.env._(
                    "The warehouse does not take the change: %s. Tell it yourself, then press Told.", booking.message
                )

    def action_note_told(self):
        """A person has told the warehouse."""
        self.check_access("write")
        self._note_told()
