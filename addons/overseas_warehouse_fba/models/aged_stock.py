from odoo import api, fields, models

OLD_DAYS = 180


class FbaAgedStock(models.Model):
    """One SKU of Amazon's planning report: how long its units have lain there, what storage costs."""

    _name = "fba.aged.stock"
    _description = "Aged Inventory at Amazon"
    _order = "old_units desc, msku"
    _rec_name = "msku"

    warehouse_id = fields.Many2one("overseas.warehouse", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    sheet_id = fields.Many2one("fba.sheet", "Report", readonly=True, ondelete="set null", index="btree_not_null")
    day = fields.Date("As Of", required=True, readonly=True)
    is_current = fields.Boolean(readonly=True, index=True, help="Of the last report.")
    msku = fields.Char("SKU", required=True, readonly=True)
    fnsku = fields.Char("FNSKU", readonly=True)
    asin = fields.Char("ASIN", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict", index="btree_not_null")
    condition = fields.Char(readonly=True)
    available = fields.Integer(readonly=True)
    tier_ids = fields.One2many("fba.aged.tier", "aged_id", "Ages", readonly=True)
    old_units = fields.Integer("Older Than 180 Days", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    surcharge = fields.Monetary("Aged Surcharge", readonly=True, help="Amazon's estimate of the next charge.")
    storage = fields.Monetary("Storage Next Month", readonly=True, help="Amazon's estimate.")
    storage_type = fields.Char(readonly=True)
    recommended_action = fields.Char("Amazon Recommends", readonly=True)
    removal_units = fields.Integer("To Remove", readonly=True, help="Units that Amazon recommends to remove.")
    excess_units = fields.Integer("Excess", readonly=True)
    days_of_supply = fields.Integer(readonly=True, aggregator="avg")
    sell_through = fields.Float(readonly=True, aggregator="avg", help="Units shipped in 90 days by units on hand.")
    alert = fields.Char(readonly=True)

    _day_uniq = models.Constraint("UNIQUE(warehouse_id, day, msku, condition)", "This day is recorded already.")

    @api.model
    def _take(self, sheet, records):
        """Record a snapshot of the planning report; one of the same day replaces it.

        :param records: of :class:`~..connector.planning.AgedStock`
        :return: number of SKUs
        """
        if not records:
            return 0
        warehouse = sheet.warehouse_id
        days = {record.day for record in records}
        self.search([("warehouse_id", "=", warehouse.id), ("day", "in", list(days))]).unlink()
        products = warehouse._get_fba_products({record.msku for record in records})
        moneys = [money for record in records for money in _get_moneys(record)]
        currencies = self.env["fba.reimbursement"]._get_currencies({money.currency for money in moneys})
        latest = max(
            [*days, *self.search([("warehouse_id", "=", warehouse.id)], order="day desc", limit=1).mapped("day")]
        )
        self.search(
            [("warehouse_id", "=", warehouse.id), ("is_current", "=", True), ("day", "<", latest)]
        ).is_current = False
        unique = {(record.day, record.msku, record.condition): record for record in records}
        created = self.create(
            [
                {
                    **_prepare_vals(record, currencies),
                    "product_id": products[record.msku].id if record.msku in products else False,
                    "warehouse_id": warehouse.id,
                    "sheet_id": sheet.id,
                    "is_current": record.day == latest,
                }
                for record in unique.values()
            ]
        )
        return len(created)


class FbaAgedTier(models.Model):
    _name = "fba.aged.tier"
    _description = "Age of Inventory at Amazon"
    _order = "aged_id, first_day"

    aged_id = fields.Many2one("fba.aged.stock", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="aged_id.company_id", store=True, index=True)
    is_current = fields.Boolean(related="aged_id.is_current", store=True)
    msku = fields.Char(related="aged_id.msku", store=True)
    name = fields.Char("Days", required=True, readonly=True)
    first_day = fields.Integer(readonly=True, aggregator=None)
    units = fields.Integer(readonly=True)
    charged_units = fields.Integer("Units Charged", readonly=True)
    currency_id = fields.Many2one(related="aged_id.currency_id")
    surcharge = fields.Monetary("Aged Surcharge", readonly=True)


def _get_moneys(record):
    return [*record.surcharges.values(), *([record.storage] if record.storage else [])]


def _prepare_vals(record, currencies):
    moneys = _get_moneys(record)
    tiers = sorted(
        {*record.ages, *record.surcharges, *record.charged_units}, key=lambda tier: (tier[0], tier[1] or 9999)
    )
    return {
        "day": record.day,
        "msku": record.msku,
        "fnsku": record.fnsku,
        "asin": record.asin,
        "condition": record.condition,
        "available": record.available,
        "old_units": sum(units for (first, _last), units in record.ages.items() if first > OLD_DAYS),
        "currency_id": currencies[moneys[0].currency].id if moneys else False,
        "surcharge": float(sum(money.amount for money in record.surcharges.values())),
        "storage": float(record.storage.amount) if record.storage else 0.0,
        "storage_type": record.storage_type,
        "recommended_action": record.recommended_action,
        "removal_units": record.removal_units or 0,
        "excess_units": record.excess_units or 0,
        "days_of_supply": record.days_of_supply or 0,
        "sell_through": float(record.sell_through or 0),
        "alert": record.alert,
        "tier_ids": [fields.Command.create(_prepare_tier_vals(record, tier)) for tier in tiers],
    }


def _prepare_tier_vals(record, tier):
    first, last = tier
    surcharge = record.surcharges.get(tier)
    return {
        # Filled with zeros, so that ages sort as text too.
        "name": f"{first:03d}–{last:03d}" if last else f"{first:03d}+",
        "first_day": first,
        "units": record.ages.get(tier, 0),
        "charged_units": record.charged_units.get(tier, 0),
        "surcharge": float(surcharge.amount) if surcharge else 0.0,
    }
