import re
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.marketplace.contract import share
from odoo.tools import SQL
from psycopg2.extras import Json

from .freight_rate import WEIGHT_DIGITS

# Transfers that come later than their parcel, as those of split or changed orders, are looked for this long.
LATE_TRANSFER_DAYS = 90
_TRACKING_SEPARATORS = re.compile(r"[,;\s]+")


def split_tracking(text):
    """Tracking numbers of a text, which has one per parcel."""
    return [number for number in _TRACKING_SEPARATORS.split(text or "") if number]


class MarketplaceRoutingParcel(models.Model):
    """What a parcel was thought to cost when its order was routed, and what it has cost."""

    _name = "marketplace.routing.parcel"
    _description = "Freight of a Parcel"
    _order = "id desc"
    _rec_names_search = ["order_id.name", "order_id.marketplace_ref", "tracking"]

    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade", index=True, readonly=True)
    shop_id = fields.Many2one(related="order_id.marketplace_shop_id")
    company_id = fields.Many2one(related="order_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    country_id = fields.Many2one(related="order_id.partner_shipping_id.country_id", string="Destination", store=True)
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="restrict", readonly=True)
    carrier_id = fields.Many2one("delivery.carrier", ondelete="restrict", readonly=True)
    picking_id = fields.Many2one("stock.picking", string="Transfer", ondelete="set null", index=True, readonly=True)
    tracking = fields.Char(related="picking_id.carrier_tracking_ref", string="Tracking Number", store=True, index=True)
    planned_on = fields.Date(required=True, default=fields.Date.context_today, readonly=True)
    weight = fields.Float("Weight (kg)", digits=WEIGHT_DIGITS, readonly=True)
    chargeable_weight = fields.Float("Chargeable Weight (kg)", digits=WEIGHT_DIGITS, readonly=True)
    estimated_freight = fields.Monetary(readonly=True, help="By the rate table, when the order was routed.")
    actual_freight = fields.Monetary(help="What the carrier has charged. 0: not known yet.")
    actual_source = fields.Selection(
        [("carrier", "Carrier"), ("import", "Carrier's Bill"), ("manual", "By Hand")], readonly=True
    )
    actual_details = fields.Json(readonly=True, help="Amounts of imported bills by tracking number.")
    difference = fields.Monetary(
        compute="_compute_difference", store=True, help="Actual less estimated freight, once the actual is known."
    )
    # A sum or mean of percentages says nothing, so groups show none.
    difference_percent = fields.Float(
        "Difference %", compute="_compute_difference", store=True, aggregator=None, help="Of the estimated freight."
    )

    @api.depends("order_id.name", "warehouse_id.code")
    def _compute_display_name(self):
        for parcel in self:
            parcel.display_name = f"{parcel.order_id.name} · {parcel.warehouse_id.code}"

    @api.depends("estimated_freight", "actual_freight", "actual_source")
    def _compute_difference(self):
        for parcel in self:
            known = bool(parcel.actual_source)
            parcel.difference = parcel.actual_freight - parcel.estimated_freight if known else 0.0
            estimated = known and parcel.estimated_freight
            parcel.difference_percent = parcel.difference / estimated if estimated else 0.0

    # === PLANNING === #

    @api.model
    def _create_planned(self, vals_list):
        """Parcels of orders as they were just routed. What was planned for these orders before is dropped, unless its
        freight is known already.

        :param list vals_list: dicts of order_id, warehouse_id, carrier_id, weight (kg), chargeable_weight (kg),
            estimated_freight (company's currency)
        """
        order_ids = [vals["order_id"] for vals in vals_list]
        self.search([("order_id", "in", order_ids), ("actual_source", "=", False)]).unlink()
        self._flush_planning()
        rows = self.env.execute_query(self._get_planning_sql(vals_list))
        self.env["sale.order"].invalidate_model(["routing_parcel_ids", "routing_freight_estimate"], flush=False)
        self.env["stock.picking"].invalidate_model(["marketplace_routing_parcel_ids"], flush=False)
        return self.browse(id_ for (id_,) in rows)

    @api.model
    def _flush_planning(self):
        """Write to the database what planning reads there."""
        self.flush_model(["picking_id"])
        self.env["sale.order"].flush_model(["partner_shipping_id"])
        self.env["stock.picking"].flush_model(["sale_id", "picking_type_id", "state", "carrier_tracking_ref"])
        self.env["res.partner"].flush_model(["country_id"])

    def _get_planning_sql(self, vals_list):
        """Parcels with all that the standard way would compute record by record. Each gets the oldest transfer of its
        order and warehouse that leaves and that no parcel has; the warehouses of an order are different ones. Nobody
        has written them: that is said once somebody enters what they cost."""
        return SQL(
            """
            INSERT INTO marketplace_routing_parcel
                   (order_id, country_id, warehouse_id, carrier_id, picking_id, tracking, planned_on, weight,
                    chargeable_weight, estimated_freight, difference, difference_percent, create_date, write_date)
            SELECT sale.id, partner.country_id, planned.warehouse_id, planned.carrier_id, picking.id,
                   picking.carrier_tracking_ref, %(today)s, ROUND(planned.weight, %(digits)s),
                   ROUND(planned.chargeable_weight, %(digits)s), planned.estimated_freight, 0, 0, %(now)s, %(now)s
              FROM JSONB_TO_RECORDSET(%(planned)s) AS planned(
                   order_id int, warehouse_id int, carrier_id int, weight numeric, chargeable_weight numeric,
                   estimated_freight numeric)
              JOIN sale_order sale ON sale.id = planned.order_id
              LEFT JOIN res_partner partner ON partner.id = sale.partner_shipping_id
              LEFT JOIN LATERAL (
                   SELECT picking.id, picking.carrier_tracking_ref
                     FROM stock_picking picking JOIN stock_picking_type type ON type.id = picking.picking_type_id
                    WHERE picking.sale_id = sale.id AND type.warehouse_id = planned.warehouse_id
                      AND type.code = 'outgoing' AND picking.state != 'cancel'
                      AND NOT EXISTS (SELECT FROM marketplace_routing_parcel WHERE picking_id = picking.id)
                    ORDER BY picking.id
                    LIMIT 1) picking ON TRUE
            RETURNING id
            """,
            planned=Json(vals_list),
            today=fields.Date.context_today(self),
            digits=WEIGHT_DIGITS[1],
            now=fields.Datetime.now(),
        )

    def _link_pickings(self):
        """Find the transfers of parcels that have none."""
        waiting = self.filtered(lambda parcel: not parcel.picking_id)
        free = self._find_free_pickings(waiting.order_id.ids)
        for parcel in waiting:
            vals = {"order_id": parcel.order_id.id, "warehouse_id": parcel.warehouse_id.id}
            if picking := self._take(free, vals):
                parcel.picking_id = picking

    @api.model
    def _find_free_pickings(self, order_ids):
        """Transfers of orders that leave, and that no parcel has.

        :return: ``{(order id, warehouse id): [transfer, …]}``, the oldest first
        """
        pickings = self.env["stock.picking"].search_fetch(
            [
                ("sale_id", "in", list(order_ids)),
                ("picking_type_code", "=", "outgoing"),
                ("state", "!=", "cancel"),
                ("marketplace_routing_parcel_ids", "=", False),
            ],
            ["sale_id", "picking_type_id", "carrier_tracking_ref"],
            order="id",
        )
        free = defaultdict(list)
        for picking in pickings:
            free[picking.sale_id.id, picking.picking_type_id.warehouse_id.id].append(picking)
        return free

    def _take(self, free, vals):
        """The next free transfer of a parcel's order and warehouse, or none."""
        found = free[vals["order_id"], vals["warehouse_id"]]
        return found.pop(0) if found else self.env["stock.picking"]

    # === ACTUAL FREIGHT === #

    def write(self, vals):
        """Extend `write`: an amount that nobody else has brought was entered by hand."""
        if "actual_freight" in vals and "actual_source" not in vals:
            source = "manual" if vals["actual_freight"] else False
            vals = {**vals, "actual_source": source, "actual_details": False}
        return super().write(vals)

    @api.model
    def _find_by_tracking(self, company, numbers):
        """Parcels by tracking number; several orders may share one.

        :param numbers: tracking numbers
        :return: dict of recordsets, without the numbers that no parcel has
        """
        recent = fields.Date.context_today(self) - timedelta(days=LATE_TRANSFER_DAYS)
        waiting = [("company_id", "=", company.id), ("picking_id", "=", False), ("planned_on", ">=", recent)]
        # Those who enter bills need not see transfers.
        self.sudo().search(waiting)._link_pickings()
        parcels = self.search(
            [
                ("company_id", "=", company.id),
                # A transfer of several packages has several numbers, with commas.
                "|",
                ("tracking", "in", list(numbers)),
                ("tracking", "like", ","),
            ]
        )
        # Looked up here for all at once, not for each as its amount is written.
        parcels.mapped("currency_id")
        found, wanted = defaultdict(self.browse), set(numbers)
        for parcel in parcels:
            for number in wanted.intersection(split_tracking(parcel.tracking)):
                found[number] |= parcel
        return dict(found)

    @api.model
    def _apply_bill(self, company, amounts):
        """Keep what a carrier has charged. The same bill twice changes nothing.

        An amount of several parcels is shared by their chargeable weights.

        :param dict amounts: Decimal in the company's currency by tracking number
        :return: the parcels, and the numbers that no parcel has
        """
        found = self._find_by_tracking(company, amounts)
        unit = Decimal(str(company.currency_id.rounding))
        details = defaultdict(dict)
        for number, parcels in found.items():
            shares = share(amounts[number], parcels.mapped("chargeable_weight"), unit)
            for parcel, amount in zip(parcels, shares, strict=True):
                details[parcel][number] = str(amount)
        for parcel, charged in details.items():
            charged = {**(parcel.actual_details or {}), **charged}
            parcel.write(
                {
                    "actual_details": charged,
                    "actual_freight": float(sum(map(Decimal, charged.values()))),
                    "actual_source": "import",
                }
            )
        return self.browse().concat(*details), sorted(amounts.keys() - found.keys())

    def action_open_order(self):
        self.ensure_one()
        return self.order_id._get_records_action()

    def action_open_picking(self):
        self.ensure_one()
        return self.picking_id._get_records_action()
