import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize

from ..contract import NoticeKind
from .privacy import FINISHED

DAYS = 30


class MarketplacePrivacyRequest(models.Model):
    """What a marketplace has to ask of us by law for a customer, or for a shop that leaves: to hand out what we hold,
    or to erase it."""

    _name = "marketplace.privacy.request"
    _description = "Privacy Request"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "kind"

    account_id = fields.Many2one("marketplace.account", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    shop_id = fields.Many2one(
        "marketplace.shop", ondelete="set null", index="btree_not_null", readonly=True, help="Empty: all shops."
    )
    kind = fields.Selection(
        [
            (NoticeKind.CUSTOMER_EXPORT.value, "Hand Out a Customer's Data"),
            (NoticeKind.CUSTOMER_ERASURE.value, "Erase a Customer"),
            (NoticeKind.SHOP_ERASURE.value, "Erase All Customers of a Shop"),
        ],
        required=True,
        readonly=True,
    )
    received_at = fields.Datetime("Received", required=True, readonly=True)
    due_at = fields.Datetime("Due", required=True, readonly=True, help="By when the law wants an answer: 30 days.")
    done_at = fields.Datetime("Done at", readonly=True)
    state = fields.Selection(
        [("new", "New"), ("scheduled", "Waits for Open Orders"), ("ready", "To Hand Out"), ("done", "Done")],
        required=True,
        readonly=True,
        default="new",
        tracking=True,
        help="Waits for Open Orders: an order must still be shipped to the customer. To Hand Out: send the file to the "
        "customer, then set it to done.",
    )
    details = fields.Json(readonly=True, help="Whom it is about; forgotten once it is done.")
    erased_count = fields.Integer("Erased", readonly=True, help="Addresses from which everything personal was taken.")
    kept_count = fields.Integer("Kept for Invoices", readonly=True, help="Addresses that an invoice must keep.")
    open_count = fields.Integer("With Open Orders", readonly=True, help="Addresses to which we still have to ship.")
    result = fields.Text(readonly=True)
    attachment_id = fields.Many2one("ir.attachment", string="File", readonly=True, ondelete="set null")

    _batch_size = 2000

    # === RECEIVING === #

    @api.model
    def _receive(self, account, notice, received_at):
        """File a request and do it in the background.

        :param notice: :class:`~..contract.Notice` of one of the kinds
        :param datetime received_at: naive UTC
        """
        shops = account.with_context(active_test=False).shop_ids
        request = self.create(
            {
                "account_id": account.id,
                "shop_id": shops.filtered(lambda shop: shop.external_id == notice.shop_id).id,
                "kind": notice.kind.value,
                "received_at": received_at,
                "due_at": received_at + timedelta(days=DAYS),
                "details": notice.details,
            }
        )
        request._enqueue()
        return request

    def _enqueue(self, after=0):
        for request in self:
            request.with_delay(
                channel="root.marketplace",
                identity_key=f"marketplace-privacy-{request.id}-{after}",
                description=self.env._("Privacy request of %s", request.account_id.name),
            )._job_process(after)

    @api.model
    def _cron_process(self):
        """Look again at what waits for open orders; queue what was lost."""
        self.search([("state", "in", ("new", "scheduled"))])._enqueue()

    @api.autovacuum
    def _gc_files(self):
        """Files that were handed out are kept for 30 days."""
        self.search([("state", "=", "done"), ("done_at", "<", "-30d")]).attachment_id.unlink()

    def _job_process(self, after=0):
        """Hand out or erase.

        :param int after: erase the buyers of a shop from this one on
        """
        if self.state not in ("new", "scheduled"):
            return
        if self.kind == NoticeKind.CUSTOMER_EXPORT.value:
            self._export()
        else:
            self._erase(after)

    def action_done(self):
        """The file has been handed out."""
        self.filtered(lambda request: request.state == "ready")._set_done()
        return True

    def _set_done(self):
        self.activity_unlink(["mail.mail_activity_data_todo"])
        self.write({"state": "done", "done_at": fields.Datetime.now(), "details": {}})

    # === WHOM IT IS ABOUT === #

    def _get_shops(self):
        return self.shop_id or self.account_id.with_context(active_test=False).shop_ids

    def _get_named_refs(self):
        return [str(ref) for ref in (self.details or {}).get("orders") or []]

    def _find_named_orders(self):
        """Orders that the request names."""
        return self.env["sale.order"].search(
            [
                ("marketplace_shop_id", "in", self._get_shops().ids),
                ("marketplace_ref", "in", self._get_named_refs()),
            ]
        )

    def _find_customer(self):
        """Buyer and delivery addresses of the customer, found by orders, customer number and e-mail address; by phone
        only where nothing else is stated, since others may share it."""
        details = self.details or {}
        named = self._find_named_orders()
        domains = [[("id", "in", (named.partner_id | named.partner_shipping_id | named.partner_invoice_id).ids)]]
        if email := email_normalize(details.get("email") or ""):
            domains.append([("email_normalized", "=", email)])
        if number := details.get("customer_id"):
            digest = self.env["marketplace.order.importer"]._digest(number)
            domains.append([("marketplace_key", "=", f"{self.account_id.id}:b:{digest}")])
        if details.get("phone") and len(domains) == 1 and not named:
            domains.append([("phone", "=", details["phone"])])
        Partner = self.env["res.partner"].with_context(active_test=False)
        own = fields.Domain(self._get_buyer_domain())
        found = Partner.search(own & fields.Domain.OR(domains))
        return found | Partner.search(own & fields.Domain("parent_id", "in", found.ids))

    def _get_buyer_domain(self):
        """Buyers of the account, without those that stand for all anonymous buyers of a country."""
        return [
            ("marketplace_account_id", "=", self.account_id.id),
            "|",
            ("marketplace_key", "not like", ":s:"),
            ("parent_id", "!=", False),
        ]

    def _find_shop_buyers(self, after):
        """The next buyers of the shop that are not erased yet."""
        self.env["sale.order"].flush_model()
        self.env["res.partner"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.id FROM res_partner p
                 WHERE p.marketplace_account_id = %s AND p.marketplace_erased_at IS NULL AND p.id > %s
                   AND (p.marketplace_key NOT LIKE '%%:s:%%' OR p.parent_id IS NOT NULL)
                   AND EXISTS (
                       SELECT 1 FROM sale_order o
                        WHERE (o.partner_id = p.id OR o.partner_shipping_id = p.id)
                          AND o.marketplace_shop_id = ANY(%s))
                 ORDER BY p.id LIMIT %s
                """,
                self.account_id.id,
                after,
                self._get_shops().ids,
                self._batch_size,
            )
        )
        return self.env["res.partner"].browse(row[0] for row in rows)

    def _find_orders_of(self, partners):
        return self.env["sale.order"].search(
            [
                ("marketplace_shop_id.account_id", "=", self.account_id.id),
                "|",
                ("partner_id", "in", partners.ids),
                "|",
                ("partner_shipping_id", "in", partners.ids),
                ("partner_invoice_id", "in", partners.ids),
            ]
        )

    # === ERASING === #

    def _erase(self, after):
        whole_shop = self.kind == NoticeKind.SHOP_ERASURE.value
        partners = self._find_shop_buyers(after) if whole_shop else self._find_customer()
        orders = self._find_orders_of(partners)
        unfinished = orders.filtered(lambda order: order.state != "cancel" and order.marketplace_status not in FINISHED)
        needed = partners & (unfinished.partner_id | unfinished.partner_shipping_id | unfinished.partner_invoice_id)
        kept = self.account_id._get_invoiced(partners - needed)
        erasable = (partners - needed - kept).filtered(lambda partner: not partner.marketplace_erased_at)
        self.account_id._erase_partners(erasable)
        self.account_id._erase_orders(orders - unfinished)
        self.write(
            {
                "erased_count": self.erased_count + len(erasable),
                "kept_count": len(kept) + (self.kept_count if after else 0),
                "open_count": len(needed) + (self.open_count if after else 0),
            }
        )
        if whole_shop and len(partners) == self._batch_size:
            self._enqueue(partners[-1].id)
        else:
            self._conclude()

    def _conclude(self):
        """Say what was done, and wait if something is left to do."""
        result = [self.env._("%s addresses erased.", self.erased_count)]
        if self.kept_count:
            result.append(
                self.env._("%s kept: an invoice names them and has a legal retention of its own.", self.kept_count)
            )
        if self.open_count:
            result.append(
                self.env._(
                    "%s belong to orders that are not finished. They are erased as soon as those are; Odoo looks every "
                    "day.",
                    self.open_count,
                )
            )
        waiting = self._has_open_rows()
        if waiting:
            result.append(self.env._("An order that is named still waits in the inbox; Odoo looks again every day."))
        self.result = " ".join(result)
        if self.open_count or waiting:
            self.state = "scheduled"
        else:
            self._set_done()

    def _has_open_rows(self):
        """Whether an order that the request names waits in the inbox."""
        return bool(
            self.env["marketplace.inbox"].search_count(
                [
                    ("shop_id", "in", self._get_shops().ids),
                    ("external_id", "in", self._get_named_refs()),
                    ("state", "in", ("new", "waiting", "failed")),
                ],
                limit=1,
            )
        )

    # === HANDING OUT === #

    def _export(self):
        """Collect what we hold about a customer in a file, for a person to hand out."""
        partners = self._find_customer()
        orders = self._find_named_orders() | self._find_orders_of(partners)
        if not partners and not orders:
            self.result = self.env._("We hold nothing about this customer.")
            self._set_done()
            return
        content = {
            "addresses": partners.read(self._get_exported_fields(), load=None),
            "orders": [self._prepare_exported_order(order) for order in orders],
            "received": self._find_payloads(orders),
        }
        self.attachment_id = self.env["ir.attachment"].create(
            {
                "name": f"customer-data-{self.id}.json",
                "raw": json.dumps(content, indent=2, ensure_ascii=False, default=str).encode(),
                "mimetype": "application/json",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        self.state = "ready"
        self.result = self.env._("The file holds all we know. Send it to the customer in time, then set this to done.")
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.due_at.date(),
            summary=self.env._("Hand out a customer's data"),
            user_id=self.account_id._get_responsible().id,
        )

    @api.model
    def _get_exported_fields(self):
        return ["name", "email", "phone", "street", "street2", "city", "zip", "country_code", "vat", "create_date"]

    def _prepare_exported_order(self, order):
        return {
            "number": order.marketplace_ref,
            "shop": order.marketplace_shop_id.name,
            "date": order.date_order,
            "status": order.marketplace_status,
            "total": order.amount_total,
            "currency": order.currency_id.name,
            "lines": [
                {"name": line.name, "quantity": line.product_uom_qty, "total": line.price_total}
                for line in order.order_line
            ],
        }

    def _find_payloads(self, orders):
        """What the marketplace sent about the orders and has not been erased."""
        rows = self.env["marketplace.inbox"].search(
            [
                ("shop_id", "in", orders.marketplace_shop_id.ids),
                "|",
                ("order_id", "in", orders.ids),
                ("external_id", "in", orders.mapped("marketplace_ref")),
            ],
            order="id",
        )
        return [row.payload for row in rows if row.payload]
