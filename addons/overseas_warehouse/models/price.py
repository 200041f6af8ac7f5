from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..fees import Layer, Measures, Price, PriceList

CUBIC_CENTIMETRES = Decimal(1_000_000)
# What each kind of charge may be priced by.
BASES = {
    "inbound": ("unit", "carton", "kg", "m3"),
    "storage": ("m3_day",),
    "handling": ("order", "unit"),
    "packing": ("order", "unit"),
    "return": ("order", "unit"),
}


class OverseasPrice(models.Model):
    """A line of an operator's price list for what it does not quote."""

    _name = "overseas.price"
    _description = "Price of an Overseas Warehouse"
    _order = "warehouse_id, kind, age_from, valid_from desc, id"

    warehouse_id = fields.Many2one("overseas.warehouse", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [
            ("inbound", "Inbound"),
            ("storage", "Storage"),
            ("handling", "Handling"),
            ("packing", "Packing"),
            ("return", "Return"),
        ],
        required=True,
        default="storage",
        help="What is charged.",
    )
    basis = fields.Selection(
        [
            ("unit", "Per Unit"),
            ("carton", "Per Carton"),
            ("kg", "Per kg"),
            ("m3", "Per m³"),
            ("m3_day", "Per m³ and Day"),
            ("order", "Per Order or Return"),
        ],
        required=True,
        default="m3_day",
        help="Storage is charged per m³ and day; all else by all the prices that hold, together.",
    )
    age_from = fields.Integer("From Days in Store", help="Storage of units that are that old or older.")
    price = fields.Float(required=True, digits=(16, 6), aggregator=None)
    currency_id = fields.Many2one("res.currency", required=True, default=lambda self: self.env.company.currency_id)
    valid_from = fields.Date(required=True, default=fields.Date.context_today)
    valid_to = fields.Date(help="Its last day. Empty: until further notice.")

    _price_not_negative = models.Constraint("CHECK(price >= 0)", "A price must not be negative.")
    _age_not_negative = models.Constraint("CHECK(age_from >= 0)", "Days in store must not be negative.")
    _dates_in_order = models.Constraint(
        "CHECK(valid_to IS NULL OR valid_to >= valid_from)", "A price ends before it begins."
    )

    @api.constrains("kind", "basis")
    def _check_basis(self):
        for price in self:
            if price.basis not in BASES[price.kind]:
                raise ValidationError(
                    self.env._(
                        "Storage is priced per m³ and day, goods taken in by unit, carton, kg or m³, handling, packing "
                        "and returns by order or unit."
                    )
                )

    @api.onchange("kind")
    def _onchange_kind(self):
        self.basis = BASES[self.kind][0]

    # === QUOTES === #

    @api.model
    def _get_lists(self, warehouses):
        """``{(warehouse, kind, currency): PriceList}``, in one query."""
        prices = defaultdict(list)
        for record in self.search([("warehouse_id", "in", warehouses.ids)]):
            prices[record.warehouse_id, record.kind, record.currency_id].append(record._prepare_price())
        return {key: PriceList(found) for key, found in prices.items()}

    def _prepare_price(self):
        return Price(
            self.basis, Decimal(f"{self.price:.6f}"), self.valid_from, self.valid_to or None, self.age_from or 0
        )

    @api.model
    def _quote(self, lines):
        """What charges should be, as far as the price lists and our documents tell.

        :param lines: `overseas.bill.line`
        :return: ``{line: Decimal}``, not rounded; but for storage of all charges of the kind for the document together
        """
        lines = lines.filtered(lambda line: line.kind in BASES)
        documents = {line: line._get_document() for line in lines}
        places = {line: document.warehouse_id or line.warehouse_id for line, document in documents.items()}
        lists = self._get_lists(self.env["overseas.warehouse"].union(*places.values()))
        stored = lines.filtered(lambda line: line.kind == "storage" and line.sku and line.units and line.date_from)
        entries = self._get_entries(stored)
        layers = self._get_receipts(stored, entries)
        quotes = {}
        for line in lines:
            prices = lists.get((places[line], line.kind, line.currency_id))
            if prices is None:
                continue
            if measure := documents[line] and MEASURES.get((documents[line]._name, line.kind)):
                quotes[line] = prices.quote(measure(documents[line]), line.charged_at.date())
            elif line in stored and (entry := entries.get((line.account_id, line.sku))):
                quotes[line] = self._quote_storage(line, prices, entry, layers[line.warehouse_id, entry.product_id])
        return {line: quote for line, quote in quotes.items() if quote is not None}

    @api.model
    def _quote_storage(self, line, prices, entry, receipts):
        unit = _to_decimal(entry.length_cm) * _to_decimal(entry.width_cm) * _to_decimal(entry.height_cm)
        layers = _find_layers(receipts, line.units, line.date_from)
        if not unit or layers is None:
            return None
        return prices.quote_storage(layers, unit / CUBIC_CENTIMETRES, line.date_from, line.date_to or line.date_from)

    @api.model
    def _get_entries(self, lines):
        """``{(account, SKU): product there}``"""
        found = self.env["overseas.product"].search(
            [("account_id", "in", lines.account_id.ids), ("sku", "in", lines.mapped("sku"))]
        )
        return {(entry.account_id, entry.sku): entry for entry in found}

    @api.model
    def _get_receipts(self, lines, entries):
        """``{(warehouse, product): [(day, units)]}`` of what was taken in, the youngest first."""
        products = self.env["product.product"].union(*(entry.product_id for entry in entries.values()))
        found = self.env["overseas.inbound.receipt.line"].search_fetch(
            [("inbound_id.warehouse_id", "in", lines.warehouse_id.ids), ("product_id", "in", products.ids)],
            ["inbound_id", "product_id", "sellable", "damaged", "receipt_id"],
        )
        receipts = defaultdict(list)
        for line in found:
            day = line.receipt_id.received_at.date()
            receipts[line.inbound_id.warehouse_id, line.product_id].append((day, line.sellable + line.damaged))
        return defaultdict(list, {key: sorted(parts, reverse=True) for key, parts in receipts.items()})


def _find_layers(receipts, units, day):
    """Since when units in store on a day are there: what leaves is the oldest. ``None`` where fewer were taken in."""
    layers = []
    for since, received in receipts:
        if since <= day and units > 0:
            layers.append(Layer(min(units, received), since))
            units -= received
    return layers if units <= 0 else None


def _measure_goods(inbound):
    cartons = inbound.carton_ids
    volume = sum(
        _to_decimal(carton.length_cm) * _to_decimal(carton.width_cm) * _to_decimal(carton.height_cm)
        for carton in cartons
    )
    weight = sum((_to_decimal(carton.weight_kg) for carton in cartons), Decimal(0))
    units = inbound.units_received if inbound.state == "received" else inbound.units
    return Measures(units, len(cartons), weight, volume / CUBIC_CENTIMETRES)


def _measure_order(outbound):
    return Measures(sum(outbound._get_units().values()), orders=1)


def _measure_return(record):
    return Measures(sum(record.line_ids.mapped("units")), orders=1)


MEASURES = {
    ("overseas.inbound", "inbound"): _measure_goods,
    ("overseas.outbound", "handling"): _measure_order,
    ("overseas.outbound", "packing"): _measure_order,
    ("overseas.return", "return"): _measure_return,
}


def _to_decimal(number):
    return Decimal(str(round(number, 6)))
