from odoo import api, fields, models


class MarketplaceBlacklist(models.Model):
    """Buyers and addresses whose orders are held, by keys that tell nothing of the person."""

    _name = "marketplace.blacklist"
    _description = "Blocked Buyer or Address"
    _order = "create_date desc, id desc"
    _rec_name = "origin"

    kind = fields.Selection([("buyer", "Buyer"), ("address", "Address")], required=True, readonly=True)
    key = fields.Char(required=True, readonly=True, help="Anonymous key. Neither name nor address can be read from it.")
    reason = fields.Selection(
        [
            ("chargeback", "Charged Back"),
            ("refused", "Refuses Parcels"),
            ("returns", "Abuses Returns"),
            ("fraud", "Fraud"),
            ("reseller", "Unwanted Reseller"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    note = fields.Char(help="What happened. Do not write names or addresses here.")
    until = fields.Date("Blocked Until", help="Empty: until it is removed.")
    order_id = fields.Many2one("sale.order", ondelete="set null", index="btree_not_null", readonly=True)
    origin = fields.Char("Blocked With Order", readonly=True)
    shop_id = fields.Many2one("marketplace.shop", ondelete="set null", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, default=lambda self: self.env.company
    )

    _key_uniq = models.Constraint("UNIQUE(key, kind, company_id)", "This buyer or address is blocked already.")

    @api.model
    def _find(self, keys, companies):
        """Blocks that are in force.

        :param keys: iterable of keys of any kind
        :return: ``{(company, kind, key): record}``
        """
        today = fields.Date.context_today(self)
        domain = [("key", "in", list(keys)), ("company_id", "in", companies.ids)]
        records = self.sudo().search([*domain, "|", ("until", "=", False), ("until", ">=", today)])
        return {(record.company_id, record.kind, record.key): record for record in records}

    @api.model
    def _block(self, orders):
        """Block the buyers and delivery addresses of orders; those that are blocked already stay as they are, but in
        force again.

        :return: their blocks
        """
        self = self.sudo()
        wanted = {}
        for order in orders:
            for kind, key in self.env["marketplace.reviewer"]._get_block_keys(order).items():
                wanted.setdefault((order.company_id, kind, key), order)
        keys = [key for _company, _kind, key in wanted]
        known = self.search([("key", "in", keys), ("company_id", "in", orders.company_id.ids)])
        by_key = {(record.company_id, record.kind, record.key): record for record in known}
        known.filtered("until").until = False
        return known + self.create(
            [
                {
                    "kind": kind,
                    "key": key,
                    "order_id": order.id,
                    "origin": order.marketplace_ref,
                    "shop_id": order.marketplace_shop_id.id,
                    "company_id": company.id,
                }
                for (company, kind, key), order in wanted.items()
                if (company, kind, key) not in by_key
            ]
        )

    def unlink(self):
        """Override to free the orders that were held for it."""
        orders = (
            self.env["marketplace.hold"].sudo().search([("kind", "=", "blacklist"), ("state", "=", "open")]).order_id
        )
        result = super().unlink()
        self.env["marketplace.reviewer"]._review(orders, ["blacklist"])
        return result
