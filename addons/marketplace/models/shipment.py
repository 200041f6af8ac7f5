from datetime import timedelta, timezone

from odoo import api, fields, models

from ..contract import Capability, ConnectorError, Rejected, Shipment, ShipmentLine
from .job_retry import UNAVAILABLE_SECONDS, get_retry_seconds

OTHER_CARRIER = "Other"
# What only a person can repair, such as credentials, is tried again this seldom.
RECONNECT_SECONDS = 900


class MarketplaceShipment(models.Model):
    _name = "marketplace.shipment"
    _description = "Shipment to Confirm to a Marketplace"
    _order = "id desc"
    _rec_name = "reference"
    _rec_names_search = ["reference", "tracking", "order_id.marketplace_ref"]

    _confirm_batch_size = 200

    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade", index=True, readonly=True)
    shop_id = fields.Many2one("marketplace.shop", required=True, ondelete="restrict", index=True, readonly=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    picking_id = fields.Many2one(
        "stock.picking", string="Transfer", index="btree_not_null", ondelete="set null", readonly=True
    )
    reference = fields.Char(
        required=True,
        readonly=True,
        help="Our number of the parcel. The marketplace takes a repeated number for the same parcel.",
    )
    carrier_id = fields.Many2one("delivery.carrier", ondelete="set null", readonly=True)
    carrier_code = fields.Char(readonly=True, help="Code of the carrier at the marketplaces.")
    carrier_name = fields.Char(readonly=True)
    tracking = fields.Char("Tracking Number", readonly=True)
    shipped_at = fields.Datetime(readonly=True, required=True)
    lines = fields.Json(readonly=True, help="Units per order line of the marketplace.")
    units = fields.Integer(readonly=True, help="Units in the parcel.")
    ship_by = fields.Datetime(related="order_id.marketplace_ship_by", store=True, string="Ship By")
    state = fields.Selection(
        [
            ("waiting_tracking", "Waiting for Tracking"),
            ("pending", "To Confirm"),
            ("confirmed", "Confirmed"),
            ("rejected", "Rejected"),
        ],
        required=True,
        readonly=True,
        default="pending",
        group_expand=True,
        help="Rejected: the marketplace refuses the confirmation, see its answer; correct the transfer and retry.",
    )
    attempts = fields.Integer(readonly=True, aggregator=None, help="How often the confirmation was sent.")
    message = fields.Char("Marketplace Answer", readonly=True)
    next_try_at = fields.Datetime("Next Attempt", readonly=True)
    confirmed_at = fields.Datetime(readonly=True)

    _reference_uniq = models.Constraint("UNIQUE(shop_id, reference)", "This parcel is already recorded for this shop.")
    _open_idx = models.Index("(shop_id, state) WHERE state IN ('waiting_tracking', 'pending', 'rejected')")

    # === CREATION === #

    @api.model
    def _create_from_pickings(self, pickings):
        """Record the parcels of done transfers. What is recorded already stays as it is.

        :param pickings: any transfers; only deliveries of merchant-fulfilled marketplace orders give parcels
        """
        pickings = pickings.with_prefetch().filtered(
            lambda picking: (
                picking.state == "done"
                and picking.location_dest_id.usage == "customer"
                and picking.sale_id.marketplace_shop_id.confirm_shipments
            )
        )
        recorded = self.search([("picking_id", "in", pickings.ids)]).picking_id
        shipments = self.create(
            [vals for picking in pickings - recorded for vals in self._prepare_picking_vals_list(picking)]
        )
        self._enqueue_confirm(shipments.filtered(lambda shipment: shipment.state == "pending").shop_id)
        return shipments

    @api.model
    def _prepare_picking_vals_list(self, picking):
        """Values of one shipment per order and package of a transfer.

        Several tracking numbers, separated by commas, belong to the packages in their order.
        """
        units_by_parcel = self._get_units_by_parcel(picking)
        trackings = [text.strip() for text in (picking.carrier_tracking_ref or "").split(",") if text.strip()]
        vals_list = []
        for index, ((order, _package), units) in enumerate(units_by_parcel.items()):
            several = len(trackings) == len(units_by_parcel)
            vals_list.append(
                {
                    **self._prepare_carrier_vals(picking),
                    **self._prepare_tracking_vals(order.marketplace_shop_id, trackings[index if several else 0 :][:1]),
                    "order_id": order.id,
                    "shop_id": order.marketplace_shop_id.id,
                    "picking_id": picking.id,
                    # Digits only: Amazon accepts nothing else as the number of a package.
                    "reference": f"{picking.id}{index + 1:03d}",
                    "shipped_at": picking.date_done,
                    "lines": [{"order_line_id": ref, "quantity": quantity} for ref, quantity in units.items()],
                    "units": sum(units.values()),
                }
            )
        return vals_list

    @api.model
    def _get_units_by_parcel(self, picking):
        """Whole units shipped: ``{(order, package): {marketplace line: units}}``, without empty parcels.

        Odoo lines that share a marketplace line are added up.
        """
        parcels = {}
        for line in picking.move_line_ids:
            sale_line = line.move_id.sale_line_id
            order = sale_line.order_id
            if not sale_line.marketplace_line_ref or order.marketplace_fulfilment != "merchant":
                continue
            quantity = line.product_uom_id._compute_quantity(line.quantity, sale_line.product_uom_id, round=False)
            units = parcels.setdefault((order, line.result_package_id), {})
            units[sale_line.marketplace_line_ref] = units.get(sale_line.marketplace_line_ref, 0) + quantity
        whole = {
            parcel: {ref: round(quantity) for ref, quantity in units.items() if round(quantity) > 0}
            for parcel, units in parcels.items()
        }
        return {parcel: units for parcel, units in whole.items() if units}

    @api.model
    def _prepare_carrier_vals(self, picking):
        carrier = picking.carrier_id
        return {
            "carrier_id": carrier.id,
            "carrier_code": carrier.marketplace_carrier_code or OTHER_CARRIER,
            "carrier_name": carrier.name or OTHER_CARRIER,
        }

    @api.model
    def _prepare_tracking_vals(self, shop, trackings):
        """:param list trackings: the tracking number of the parcel, or nothing"""
        waits = shop.require_tracking and not trackings
        return {"tracking": trackings[0] if trackings else False, "state": "waiting_tracking" if waits else "pending"}

    def _update_from_pickings(self):
        """Take over carrier and tracking that were entered on the transfer after it was done.

        Confirmed shipments stay as the marketplace knows them.
        """
        open_shipments = self.filtered(lambda shipment: shipment.state != "confirmed")
        for picking, shipments in open_shipments.grouped("picking_id").items():
            vals_by_reference = {vals["reference"]: vals for vals in self._prepare_picking_vals_list(picking)}
            for shipment in shipments:
                vals = vals_by_reference[shipment.reference]
                names = ("carrier_id", "carrier_code", "carrier_name", "tracking", "state")
                shipment.write({name: vals[name] for name in names} | {"next_try_at": False})
        self._enqueue_confirm(open_shipments.filtered(lambda shipment: shipment.state == "pending").shop_id)

    # === CONFIRMATION === #

    @api.model
    def _get_due_domain(self):
        return [
            ("state", "=", "pending"),
            ("shop_id.state", "=", "running"),
            ("shop_id.confirm_shipments", "=", True),
            ("shop_id.account_id.state", "!=", "disabled"),
            "|",
            ("next_try_at", "=", False),
            ("next_try_at", "<=", fields.Datetime.now()),
        ]

    @api.model
    def _cron_confirm(self):
        groups = self.sudo()._read_group(self._get_due_domain(), ["shop_id"])
        for (shop,) in groups:
            self._enqueue_confirm(shop)

    @api.model
    def _enqueue_confirm(self, shops, seconds=None):
        """Have the pending shipments of the shops confirmed in the background."""
        for shop in shops.sudo():
            # A delayed retry has a key of its own, so that it does not swallow the request to confirm new parcels.
            self.sudo().browse().with_delay(
                identity_key=f"marketplace.confirm.{'retry.' if seconds else ''}{shop.id}",
                eta=seconds,
                description=self.env._("Confirm shipments to %s", shop.name),
            )._job_confirm(shop)

    @api.model
    def _job_confirm(self, shop):
        """Confirm the shipments of a shop that are due. Sending one twice is harmless: its reference is the same."""
        due = self.search(
            [("shop_id", "=", shop.id), *self._get_due_domain()], order="ship_by, id", limit=self._confirm_batch_size
        )
        shipments = due.try_lock_for_update(allow_referencing=True)
        if not shipments or not shop.account_id._has_capability(Capability.SHIPMENT_CONFIRMATION):
            return
        try:
            results = shop.account_id._get_connector().confirm_shipments([s._prepare_shipment() for s in shipments])
        except Rejected as error:
            shipments._set_rejected(error.reason)
            shop.account_id._note_error(error, self.env._("Confirm shipments"))
        except ConnectorError as error:
            shop.account_id._note_error(error, self.env._("Confirm shipments"))
            shipments._postpone(get_retry_seconds(error) or RECONNECT_SECONDS, str(error))
        else:
            shipments._apply_results(results)
            shop.account_id._note_success()
        self._enqueue_rest(shop)

    @api.model
    def _enqueue_rest(self, shop):
        """Come back for what is still to confirm: at once, or when the first postponed shipment is due."""
        domain = [("shop_id", "=", shop.id), ("state", "=", "pending")]
        shipment = self.search(domain, order="next_try_at NULLS FIRST", limit=1)
        if shipment:
            wait = (shipment.next_try_at - fields.Datetime.now()).total_seconds() if shipment.next_try_at else 0
            self._enqueue_confirm(shop, max(0, round(wait)))

    def _prepare_shipment(self):
        """This parcel in the words of the contract."""
        self.ensure_one()
        return Shipment(
            reference=self.reference,
            shop_id=self.shop_id.external_id,
            order_id=self.order_id.marketplace_ref,
            carrier_code=self.carrier_code,
            carrier_name=self.carrier_name,
            tracking=self.tracking or "",
            shipped_at=self.shipped_at.replace(tzinfo=timezone.utc),
            lines=tuple(ShipmentLine(line["order_line_id"], line["quantity"]) for line in self.lines),
            service=self.order_id.marketplace_service_level or "",
        )

    def _apply_results(self, results):
        """Keep what the marketplace said to each parcel; one without an answer is sent again.

        :param list results: :class:`~..contract.ActionResult`
        """
        result_by_reference = {result.reference: result for result in results}
        confirmed, rejected, again = self.browse(), {}, {}
        for shipment in self:
            result = result_by_reference.get(shipment.reference)
            if result is None:
                again[shipment] = (UNAVAILABLE_SECONDS, self.env._("The marketplace gave no answer."))
            elif result.accepted:
                confirmed += shipment
            elif result.retry_after is not None:
                again[shipment] = (max(1, round(result.retry_after)), result.message)
            else:
                rejected[shipment] = result.message
        confirmed._set_confirmed()
        for message, shipments in self.browse(s.id for s in rejected).grouped(rejected.get).items():
            shipments._set_rejected(message)
        for (seconds, message), shipments in self.browse(s.id for s in again).grouped(again.get).items():
            shipments._postpone(seconds, message)

    def _set_confirmed(self):
        self._count_attempt()
        now = fields.Datetime.now()
        self.write({"state": "confirmed", "confirmed_at": now, "message": False, "next_try_at": False})

    def _set_rejected(self, message):
        self._count_attempt()
        self.write({"state": "rejected", "message": message, "next_try_at": False})

    def _postpone(self, seconds, message):
        """Keep the shipments pending and try again after ``seconds``."""
        self._count_attempt()
        self.write({"message": message, "next_try_at": fields.Datetime.now() + timedelta(seconds=seconds)})

    def _count_attempt(self):
        for shipment in self:
            shipment.attempts += 1

    # === ACTIONS === #

    def action_retry(self):
        """Send rejected confirmations again, with the carrier and tracking that the transfer has now."""
        rejected = self.filtered(lambda shipment: shipment.state == "rejected").sudo()
        rejected.write({"state": "pending", "next_try_at": False})
        rejected.filtered("picking_id")._update_from_pickings()
        self._enqueue_confirm(rejected.shop_id)

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action()

    def action_open_picking(self):
        self.ensure_one()
        return self.picking_id._get_records_action()
