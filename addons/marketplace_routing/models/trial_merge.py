import hashlib

from odoo import fields, models

from .trial_parcels import SharedParcels


class MarketplaceRoutingTrial(models.Model):
    """This part puts orders of one buyer and address into one parcel, as they left and as rules would merge them."""

    _inherit = "marketplace.routing.trial"

    parcels = fields.Json(readonly=True, copy=False, help="Parcels that orders of the next batch may share.")

    def _share_parcels(self, results, book):
        """Find out which orders share a parcel, and lower the freight of those that join one.

        An earlier order is taken to be still here for the hours of the rule set.

        :param list results: :class:`~.trial_run.Result`
        :param book: ``freight.RateBook``
        """
        kept = self.parcels or {}
        before = SharedParcels(book, kept=kept.get("before"))
        after = SharedParcels(book, self.ruleset_id.merge_hours, kept.get("after"))
        for result in sorted(results, key=lambda result: (result.order.date_order, result.order.id)):
            facts = result.decision.facts
            order = (result.order.id, result.order.date_order.timestamp(), facts.destination)
            for shipment in result.before.shipments:
                if parcel_id := result.parcels.get(shipment.warehouse_id):
                    joins, sharing = before.add(str(parcel_id), order, shipment, result.get_carrier_before(shipment))
                    result.joined_before += joins
                    result.combined_before += sharing
            if not self._would_merge(result):
                continue
            for shipment in result.decision.option.shipments:
                carrier_id = result.get_carrier_after(shipment)
                key = _digest(facts.join_key, shipment.warehouse_id, carrier_id)
                joins, sharing = after.add(key, order, shipment, carrier_id)
                result.joined_after += joins
                result.combined_after += sharing
        self.parcels = {"before": before.keep(), "after": after.keep()}

    def _would_merge(self, result):
        """As :meth:`stock.picking._can_combine` says of an order that has just come."""
        decision = result.decision
        return (
            decision.merge
            and decision.facts.join_key
            and decision.hold is None
            and not result.order.marketplace_shop_id.can_label
        )


def _digest(*parts):
    """The address itself is not kept."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
