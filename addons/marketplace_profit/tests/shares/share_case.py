"""A company with two shops whose costs are shared."""

from datetime import date

from odoo import fields
from odoo.tests import new_test_user

from ..profit_case import ProfitCase

MAY = date(2026, 5, 1)
WORDS = {
    "Fee > Subscription": "subscription",
    "Fee > Placement": "placement",
    "Fee > Ads": "ads_sp",
    "Fee > Ads Other": "ads_other",
    "Fee > Low Stock": "low_inventory",
}


class ShareCase(ProfitCase):
    """Shop DE1 sells mugs and pens, shop FR1 mugs; sales of May 2026 are settled, untaxed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Word.create(
            [{"provider": "none", "words": words, "kind_id": cls.kinds[code].id} for words, code in WORDS.items()]
        )
        cls.Share = cls.env["profit.share"]
        cls.Rule = cls.env["profit.share.rule"]
        cls.france = cls.shop.copy({"name": "Fake FR", "external_id": "FR1"})
        cls.env["marketplace.listing"].create({"shop_id": cls.france.id, "sku": "MUG", "product_id": cls.mug.id})
        cls.company.write({"profit_four_eyes": True, "cost_layer_method": False})
        cls.second = new_test_user(
            cls.env, "second", groups="marketplace.group_accountant", company_ids=[(6, 0, cls.company.ids)],
            company_id=cls.company.id,
        )  # fmt: skip

    def _sell(self, name, shop, *amounts, **values):
        """Settle sales and charges of a shop: ``(words, amount)`` or ``(words, amount, sku, units)``."""
        lines = [
            (words, amount, {"sku": rest[0], "units": rest[1]} if rest else {}) for words, amount, *rest in amounts
        ]
        return self._post(name, *lines, shop=shop.external_id, **values)

    def _principal(self, amount, sku="MUG", units=1):
        return ("Order > ItemPrice > Principal", amount, sku, units)

    def _sell_in_both_shops(self):
        """Net sales: DE mugs 30, pens 10, FR mugs 20; DE is charged 4 for the subscription."""
        self._sell(
            "DE", self.shop, self._principal("30.00", units=3), self._principal("10.00", "PEN", 5),
            ("Fee > Subscription", "-4.00"),
        )  # fmt: skip
        self._sell("FR", self.france, self._principal("20.00", units=2))
        return self._make_month()

    def _make_month(self, first=MAY):
        return self._months().filtered(lambda month: month.first == first)

    def _share(self, month=MAY):
        return self.Share.create({"company_id": self.company.id, "month": month})

    def _approve(self, share):
        share.action_submit()
        share.with_user(self.second).action_approve()

    def _parts(self, share, code):
        """``{(shop, SKU): amount}`` of one kind."""
        lines = share.line_ids.filtered(lambda line: line.kind_id.code == code)
        return {(line.shop_id.external_id or "", line.product_id.default_code or ""): line.amount for line in lines}

    def _source(self, share, code):
        return share.source_ids.filtered(lambda source: source.kind_id.code == code)

    def _move(self, product, units, source, target, moment):
        """A done movement at a moment (datetime, UTC)."""
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": units,
                "product_uom": product.uom_id.id,
                "location_id": source.id,
                "location_dest_id": target.id,
                "company_id": self.company.id,
            }
        )
        move._action_confirm(merge=False)
        move.write({"quantity": units, "picked": True})
        move._action_done()
        self.assertEqual(move.state, "done")
        move.date = moment
        move.move_line_ids.date = moment
        return move

    def _at(self, day, month=5, hour=12):
        return fields.Datetime.to_datetime(f"2026-{month:02}-{day:02} {hour:02}:00:00")
