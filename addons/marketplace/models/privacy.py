from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# What the marketplace says of an order on which nothing is left to do.
FINISHED = ("shipped", "cancelled")


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    @api.model
    def _cron_erase_buyer_data(self):
        """Queue the erasure of each account's buyer data that is past its time."""
        for account in self.with_context(active_test=False).search([("retention_days", ">", 0)]):
            account.with_delay(
                channel="root.marketplace",
                identity_key=f"marketplace-erase-{account.id}",
                description=self.env._("Erase old buyer data of %s", account.name),
            )._job_erase_buyer_data()

    def _job_erase_buyer_data(self, limit=5000):
        """Erase names, addresses, contacts and raw payloads of orders that are finished and past the retention time.

        Country, state and postcode area stay for tax and statistics. Partners that another document still needs (an
        invoice keeps its legal retention) are left alone.
        """
        self.ensure_one()
        partners = self._find_expired_partners(limit)
        self._erase_partners(partners)
        self._erase_payloads()
        self._erase_belongings(self._get_expired_domain())
        if len(partners) == limit:
            self.with_delay(channel="root.marketplace")._job_erase_buyer_data()

    def _erase_partners(self, partners):
        """Take everything personal out of buyers; only where they live roughly is left."""
        partners.with_context(tracking_disable=True, no_vat_validation=True).write(self._prepare_erased_vals())
        for partner in partners:
            partner.name = self.env._("Buyer %s", (partner.marketplace_key or "")[-8:])
            # The postcode area: the outward part in Britain, about half of the digits elsewhere.
            postcode = (partner.zip or "").strip()
            partner.zip = postcode.split(" ")[0] if " " in postcode else postcode[: (len(postcode) + 1) // 2]
        self._erase_messages(partners)

    def _prepare_erased_vals(self):
        return {
            "street": False,
            "street2": False,
            "city": False,
            "vat": False,
            "phone": False,
            "email": False,
            "comment": False,
            "marketplace_erased_at": fields.Datetime.now(),
        }

    def _find_expired_partners(self, limit):
        """Buyers of this account all of whose orders are finished and old enough, and who have no invoice."""
        self.env["sale.order"].flush_model()
        self.env["account.move"].flush_model(["partner_id", "partner_shipping_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.id FROM res_partner p
                 WHERE p.marketplace_account_id = %s AND p.marketplace_erased_at IS NULL
                   AND (p.marketplace_key NOT LIKE '%%:s:%%' OR p.parent_id IS NOT NULL) -- shared by anonymous buyers
                   AND p.create_date < (now() AT TIME ZONE 'UTC') - %s * interval '1 day'
                   AND NOT EXISTS (
                       SELECT 1 FROM sale_order o
                        WHERE (o.partner_id = p.id OR o.partner_shipping_id = p.id)
                          AND (COALESCE(o.marketplace_status, '') NOT IN ('shipped', 'cancelled')
                               OR o.marketplace_updated_at > (now() AT TIME ZONE 'UTC') - %s * interval '1 day'))
                   AND NOT EXISTS (
                       SELECT 1 FROM account_move m
                        WHERE m.partner_id = p.id OR m.partner_shipping_id = p.id OR m.commercial_partner_id = p.id)
                 ORDER BY p.id LIMIT %s
                """,
                self.id,
                self.retention_days,
                self.retention_days,
                limit,
            )
        )
        return self.env["res.partner"].browse(row[0] for row in rows)

    def _get_invoiced(self, partners):
        """Buyers whose data an invoice needs for its legal retention."""
        moves = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    "|",
                    ("partner_id", "in", partners.ids),
                    "|",
                    ("partner_shipping_id", "in", partners.ids),
                    ("commercial_partner_id", "in", partners.ids),
                ]
            )
        )
        return partners & (moves.partner_id | moves.partner_shipping_id | moves.commercial_partner_id)

    def _erase_messages(self, partners):
        """Notes on the buyers, which may repeat what was erased."""
        self.env["mail.message"].sudo().search([("model", "=", "res.partner"), ("res_id", "in", partners.ids)]).unlink()

    def _erase_payloads(self):
        """Raw payloads hold the same data; what is still open is kept, for it is needed to retry."""
        self.env.cr.execute(
            """UPDATE marketplace_inbox i SET payload = NULL
                 FROM marketplace_shop s
                WHERE s.id = i.shop_id AND s.account_id = %s AND i.payload IS NOT NULL
                  AND i.state IN ('done', 'superseded')
                  AND i.received_at < (now() AT TIME ZONE 'UTC') - %s * interval '1 day'""",
            [self.id, self.retention_days],
        )
        self.env["marketplace.inbox"].invalidate_model(["payload"])

    def _get_expired_domain(self):
        """Orders that are finished and past the retention time."""
        return [
            ("marketplace_shop_id.account_id", "=", self.id),
            ("marketplace_status", "in", FINISHED),
            ("marketplace_updated_at", "<", fields.Datetime.now() - timedelta(days=self.retention_days)),
        ]

    def _erase_belongings(self, domain):
        """Labels, which show the address, and what buyers wrote about their orders and returns.

        :param list domain: of the orders
        """
        of_orders = ("order_id", "any", domain)
        noted = self.env["sale.order"].search([*domain, ("marketplace_buyer_note", "!=", False)])
        noted.marketplace_buyer_note = False
        self.env["marketplace.parcel"].search([of_orders, ("attachment_id", "!=", False)]).attachment_id.unlink()
        self.env["marketplace.return"].search([of_orders, ("note", "!=", False)]).note = False

    def _erase_orders(self, orders):
        """Erase what orders hold besides the buyer, at once: raw payloads, labels, notes."""
        self._erase_belongings([("id", "in", orders.ids)])
        rows = self.env["marketplace.inbox"].search(
            [
                ("shop_id", "in", orders.marketplace_shop_id.ids),
                "|",
                ("order_id", "in", orders.ids),
                ("external_id", "in", orders.mapped("marketplace_ref")),
            ]
        )
        rows.payload = False
