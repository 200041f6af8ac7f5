from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..contract import Capability


class MarketplaceShop(models.Model):
    _name = "marketplace.shop"
    _description = "Shop"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _check_company_auto = True
    _order = "sequence, name, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    account_id = fields.Many2one("marketplace.account", required=True, ondelete="cascade", index=True)
    provider = fields.Selection(related="account_id.provider", store=True)
    needs_authorisation = fields.Boolean(related="account_id.needs_authorisation")
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    external_id = fields.Char(
        "Marketplace ID", required=True, copy=False, help="The marketplace's own id of this shop."
    )
    country_id = fields.Many2one("res.country", help="Country the shop sells in.")
    currency_id = fields.Many2one("res.currency", required=True)
    rate_missing = fields.Boolean(compute="_compute_rate_missing", compute_sudo=True)
    state = fields.Selection(
        [("draft", "Set Up"), ("running", "Running"), ("paused", "Paused")],
        default="draft",
        required=True,
        tracking=True,
        help="Only running shops import orders, publish stock and confirm shipments.",
    )

    user_ids = fields.Many2many(
        "res.users",
        string="Operators",
        help="Operators who may see this shop. Managers, warehouse, buyers and accountants see all.",
    )
    team_id = fields.Many2one("crm.team", string="Sales Team", check_company=True)
    warehouse_ids = fields.Many2many(
        "stock.warehouse",
        string="Stock From",
        check_company=True,
        help="Warehouses whose stock is offered in this shop.",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Ship From",
        check_company=True,
        compute="_compute_warehouse_id",
        store=True,
        readonly=False,
        help="Warehouse that ships new orders of this shop.",
    )
    fulfilment_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Marketplace Warehouse",
        check_company=True,
        help="Stock that the marketplace keeps and ships for you (FBA and its like).",
    )
    pricelist_ids = fields.One2many("product.pricelist", "marketplace_shop_id")

    import_orders = fields.Boolean(default=True)
    publish_stock = fields.Boolean(default=True)
    confirm_shipments = fields.Boolean(default=True)
    require_tracking = fields.Boolean(
        default=True, help="Hold the confirmation of a shipment until its tracking number is known."
    )

    auto_label = fields.Boolean(
        "Get Labels by Itself",
        help="Book the carrier and get the label at the marketplace as soon as a transfer is ready.",
    )
    can_label = fields.Boolean(compute="_compute_can", help="The marketplace books the carrier and makes the label.")
    can_cancel = fields.Boolean(compute="_compute_can", help="Orders can be cancelled at the marketplace from here.")
    can_refund = fields.Boolean(compute="_compute_can", help="Buyers can be paid back at the marketplace from here.")

    publish_share = fields.Float("Share (%)", default=100, help="Part of the available stock offered in this shop.")
    publish_buffer = fields.Integer("Buffer", help="Units kept back from this shop.")
    publish_cap = fields.Integer("Maximum", help="Never offer more than this. 0 means no limit.")
    publish_end_when = fields.Integer("End When", help="Offer 0 as soon as this many units or fewer would be offered.")
    echo_minutes = fields.Integer(
        "Echo Window (min)",
        default=30,
        help="A quantity read from the marketplace this soon after our own update is not taken for a change.",
    )

    stock_from = fields.Datetime(
        "Stock Counted At",
        copy=False,
        help="Stock of this shop's warehouses was counted at this time: what left earlier is not taken out again. "
        "Empty: when the shop was started.",
    )
    order_cursor = fields.Datetime(
        "Orders Complete Until", copy=False, help="All order changes up to here have arrived."
    )
    return_cursor = fields.Datetime(
        "Returns Complete Until", copy=False, help="All changes of returns up to here have arrived."
    )
    last_fetch_at = fields.Datetime("Last Fetch", readonly=True, copy=False)
    last_publish_at = fields.Datetime("Last Stock Update", readonly=True, copy=False)
    last_reconcile_at = fields.Datetime("Last Stock Check", readonly=True, copy=False)
    last_error = fields.Text(readonly=True, copy=False)

    lag_minutes = fields.Integer(
        "Lag (min)", compute="_compute_lag", help="How far orders in Odoo are behind the marketplace."
    )
    order_today_count = fields.Integer(compute="_compute_counts")
    to_ship_count = fields.Integer(compute="_compute_counts")
    late_count = fields.Integer(compute="_compute_counts")
    held_count = fields.Integer(compute="_compute_counts")
    inbox_open_count = fields.Integer(compute="_compute_counts")

    _external_uniq = models.Constraint("UNIQUE(account_id, external_id)", "This shop is already connected.")

    # === COMPUTE METHODS === #

    @api.depends("currency_id.rate_ids", "company_id.currency_id")
    def _compute_rate_missing(self):
        for shop in self:
            currency = shop.currency_id
            shop.rate_missing = bool(currency) and not currency._is_rated(shop.company_id)

    @api.depends("warehouse_ids")
    def _compute_warehouse_id(self):
        for shop in self:
            if shop.warehouse_id not in shop.warehouse_ids:
                shop.warehouse_id = shop.warehouse_ids[:1]

    @api.depends("name", "provider")
    def _compute_display_name(self):
        """With the marketplace, where the name does not tell it: sellers call their shops the same everywhere."""
        marketplaces = dict(self._fields["provider"]._description_selection(self.env))
        for shop in self:
            marketplace, name = marketplaces.get(shop.provider, ""), shop.name or ""
            told = shop.provider == "none" or marketplace.split(" ")[0].lower() in name.lower()
            shop.display_name = name if told else f"{name} ({marketplace})"

    @api.depends("account_id")
    def _compute_can(self):
        for shop in self:
            capabilities = shop.sudo().account_id._get_capabilities()
            shop.can_label = Capability.LABELS in capabilities
            shop.can_cancel = Capability.CANCELLATION in capabilities
            shop.can_refund = Capability.REFUND in capabilities

    @api.depends("order_cursor")
    def _compute_lag(self):
        now = fields.Datetime.now()
        for shop in self:
            shop.lag_minutes = int((now - shop.order_cursor).total_seconds() // 60) if shop.order_cursor else 0

    def _compute_counts(self):
        domains = {
            "order_today_count": [("date_order", ">=", "today")],
            "to_ship_count": self.env["sale.order"]._get_marketplace_to_ship_domain(),
            "late_count": self.env["sale.order"]._get_marketplace_late_domain(),
            "held_count": [("marketplace_hold", "!=", False), ("state", "!=", "cancel")],
        }
        for field, domain in domains.items():
            groups = self.env["sale.order"]._read_group(
                [("marketplace_shop_id", "in", self.ids), *domain], ["marketplace_shop_id"], ["__count"]
            )
            self._set_counts(field, groups)
        groups = self.env["marketplace.inbox"]._read_group(
            [("shop_id", "in", self.ids), ("state", "in", ["waiting", "failed"])], ["shop_id"], ["__count"]
        )
        self._set_counts("inbox_open_count", groups)

    def _set_counts(self, field, groups):
        counts = dict(groups)
        for shop in self:
            shop[field] = counts.get(shop, 0)

    # === CONSTRAINTS === #

    @api.constrains("publish_share", "publish_buffer", "publish_cap", "publish_end_when")
    def _check_publish_rule(self):
        for shop in self:
            if not 0 <= shop.publish_share <= 100:
                raise ValidationError(self.env._("The share of stock must lie between 0 and 100 percent."))
            if min(shop.publish_buffer, shop.publish_cap, shop.publish_end_when) < 0:
                raise ValidationError(self.env._("Buffer, maximum and end-when cannot be negative."))

    @api.constrains("state", "warehouse_ids", "publish_stock", "import_orders")
    def _check_ready(self):
        for shop in self:
            if shop.state == "running" and (shop.import_orders or shop.publish_stock) and not shop.warehouse_ids:
                raise ValidationError(
                    self.env._("Choose the warehouses of %s under 'Stock From' before you start it.", shop.name)
                )

    # === ACTIONS === #

    def action_start(self):
        """Start exchanging: orders from now on, or from where the shop was paused."""
        for shop in self:
            shop.order_cursor = shop.order_cursor or fields.Datetime.now()
            shop.return_cursor = shop.return_cursor or fields.Datetime.now()
            shop.stock_from = shop.stock_from or fields.Datetime.now()
        self.state = "running"
        self._enqueue_fetch()

    def action_pause(self):
        self.state = "paused"

    def action_fetch_now(self):
        self._enqueue_fetch()
        return self._notify(self.env._("Fetching orders in the background."))

    def action_view_orders(self):
        return self._action_orders(self.env._("Orders"), [])

    def action_view_today(self):
        return self._action_orders(self.env._("Today's Orders"), [("date_order", ">=", "today")])

    def action_view_to_ship(self):
        return self._action_orders(self.env._("To Ship"), self.env["sale.order"]._get_marketplace_to_ship_domain())

    def action_view_late(self):
        return self._action_orders(self.env._("Late"), self.env["sale.order"]._get_marketplace_late_domain())

    def action_view_held(self):
        return self._action_orders(self.env._("Held"), [("marketplace_hold", "!=", False), ("state", "!=", "cancel")])

    def action_view_inbox(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace.action_inbox")
        action["domain"] = [("shop_id", "in", self.ids)]
        return action

    def _action_orders(self, name, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace.action_orders")
        action.update(
            {
                "name": name,
                "display_name": name,
                "domain": [("marketplace_shop_id", "in", self.ids), *domain],
                "context": {},
            }
        )
        return action

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "info", "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }

    # === CURRENCY === #

    def _get_pricelist(self, currency):
        """Pricelist that gives this shop's orders their currency; made when an order first needs it."""
        self.ensure_one()
        pricelist = self.pricelist_ids.filtered(lambda p: p.currency_id == currency)[:1]
        return pricelist or self.env["product.pricelist"].sudo().create(
            {
                "name": f"{self.name} {currency.name}",
                "currency_id": currency.id,
                "company_id": self.company_id.id,
                "marketplace_shop_id": self.id,
            }
        )


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    marketplace_shop_id = fields.Many2one(
        "marketplace.shop",
        string="Shop",
        index="btree_not_null",
        ondelete="set null",
        help="The shop whose orders use this pricelist. Prices come with the orders; it only carries the currency.",
    )
