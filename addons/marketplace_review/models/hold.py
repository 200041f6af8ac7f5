from collections import Counter

from odoo import api, fields, models
from odoo.tools import SQL

# What a person sees first of an order that is held for several reasons. A kind that is not named comes before "short",
# which needs stock and no decision.
URGENCY = (
    "cancelling",
    "cancel_request",
    "changed",
    "unfulfillable",
    "unknown",
    "blacklist",
    "forbidden",
    "risk",
    "risk_score",
    "duplicate",
    "address",
    "address_check",
    "amount",
    "price",
    "quantity",
    "margin",
)
# Holds due within the same hours are worked on by the money at stake.
SLOT_HOURS = 4


class MarketplaceHold(models.Model):
    """One reason why a person has to look at an order, or at what cannot become one, before anything leaves."""

    _name = "marketplace.hold"
    _description = "Hold"
    _order = "slot, amount desc, id"
    _rec_name = "reference"
    _rec_names_search = ["reference", "order_id.name"]

    order_id = fields.Many2one(
        "sale.order", string="Sales Order", ondelete="cascade", index="btree_not_null", readonly=True
    )
    inbox_id = fields.Many2one("marketplace.inbox", ondelete="cascade", index="btree_not_null", readonly=True)
    shop_id = fields.Many2one("marketplace.shop", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    provider = fields.Selection(related="shop_id.provider", string="Channel", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    reference = fields.Char("Order", required=True, readonly=True, help="Order number at the marketplace.")
    kind = fields.Selection(selection="_get_kinds", required=True, index=True, readonly=True)
    note = fields.Text(readonly=True, help="What is wrong, or what somebody has to decide.")
    evidence = fields.Json(readonly=True, help="What the decision needs: a list of labels and values.")
    fingerprint = fields.Char(readonly=True, help="The same for the same evidence, so that nobody decides it twice.")
    amount = fields.Monetary("At Stake", readonly=True, help="What the buyer pays, in the company's currency.")
    ship_by = fields.Datetime(readonly=True, help="Latest time to hand the order to the carrier.")
    user_id = fields.Many2one("res.users", string="Owner", index="btree_not_null", ondelete="set null")
    deadline = fields.Datetime(help="When it should be decided, so that the order can still leave in time.")
    slot = fields.Datetime(
        "Due", compute="_compute_slot", store=True, help="The hours in which it is due; the money decides within them."
    )
    state = fields.Selection(
        [("open", "Open"), ("released", "Released"), ("solved", "Solved"), ("cancelled", "Cancelled")],
        required=True,
        default="open",
        readonly=True,
        help="Released: a person let it go. Solved: the reason is gone. Cancelled: the order is, or was asked to be.",
    )
    raised_at = fields.Datetime("Held Since", required=True, default=fields.Datetime.now, readonly=True)
    resolution = fields.Char("Decision", help="Why you decide so; kept with the hold.")
    resolved_by_id = fields.Many2one("res.users", string="Decided By", ondelete="set null", readonly=True)
    resolved_at = fields.Datetime("Decided At", readonly=True)
    hours_to_clear = fields.Float(
        "Hours to Clear",
        compute="_compute_hours_to_clear",
        store=True,
        digits=(16, 1),
        aggregator="median",
        help="From the hold to the decision; in reports the median of what is cleared.",
    )

    _one_open = models.UniqueIndex(
        "(order_id, kind) WHERE state = 'open' AND order_id IS NOT NULL", "This order is already held for this reason."
    )
    _one_open_row = models.UniqueIndex(
        "(inbox_id) WHERE state = 'open' AND inbox_id IS NOT NULL", "This is already on the desk."
    )
    _desk_idx = models.Index("(shop_id, slot, amount DESC, id) WHERE state = 'open'")
    _subject = models.Constraint(
        "CHECK(order_id IS NOT NULL OR inbox_id IS NOT NULL)", "A hold needs an order, or what waits in the inbox."
    )

    @api.model
    def _get_kinds(self):
        """Kinds of hold: those of orders, and what waits in the inbox and has no order yet."""
        of_orders = self.env["sale.order"]._fields["marketplace_hold"]._description_selection(self.env)
        of_inbox = {"unmapped": self.env._("SKU to Match"), "inbox": self.env._("Cannot Be Imported")}
        return [*of_orders, *of_inbox.items()]

    # === COMPUTE METHODS === #

    @api.depends("deadline")
    def _compute_slot(self):
        for hold in self:
            due = hold.deadline
            hold.slot = due and due.replace(hour=due.hour - due.hour % SLOT_HOURS, minute=0, second=0)

    @api.depends("raised_at", "resolved_at")
    def _compute_hours_to_clear(self):
        for hold in self:
            ended = hold.resolved_at
            hold.hours_to_clear = (ended - hold.raised_at).total_seconds() / 3600 if ended else 0

    # === RAISING === #

    @api.model
    def _raise(self, findings):
        """Hold orders, any number of them in a constant number of queries.

        A hold of the same kind that is open gets the newer note and evidence. What a person has released is not
        raised again for the same fingerprint.

        :param findings: iterable of :class:`~..checks.finding.Finding`
        :return: the open holds of the findings
        """
        self = self.sudo()
        by_key = {(finding.order_id, finding.kind): finding for finding in findings}
        if not by_key:
            return self
        orders = self.env["sale.order"].browse({order_id for order_id, _kind in by_key})
        self._lock(orders)
        known = self.search([("order_id", "in", orders.ids), ("state", "in", ["open", "released"])])
        held = {(hold.order_id.id, hold.kind): hold for hold in known if hold.state == "open"}
        decided = {(hold.order_id.id, hold.kind, hold.fingerprint) for hold in known if hold.fingerprint}
        new, result = [], self.browse()
        for key, finding in by_key.items():
            if key in held:
                held[key]._renew(finding)
                result += held[key]
            elif (*key, finding.fingerprint) not in decided:
                new.append(finding)
        result += self.create(self._prepare_vals_list(new))
        result.order_id._show_holds()
        return result

    def _lock(self, orders):
        """Let one transaction after the other hold an order; one that comes too late is retried, not refused."""
        self.env.cr.execute(
            SQL("SELECT FROM sale_order WHERE id IN %s ORDER BY id FOR NO KEY UPDATE", tuple(orders.ids))
        )

    def _renew(self, finding):
        """Bring an open hold up to what is found now."""
        vals = self._prepare_finding_vals(finding)
        self.write({field: value for field, value in vals.items() if (self[field] or False) != value})

    @api.model
    def _prepare_finding_vals(self, finding):
        return {
            "note": finding.note,
            "evidence": [{"label": label, "value": value} for label, value in finding.evidence] or False,
            "fingerprint": finding.fingerprint or False,
        }

    @api.model
    def _prepare_vals_list(self, findings):
        """Values of new holds of orders, with their owners and deadlines."""
        orders = self.env["sale.order"].browse({finding.order_id for finding in findings})
        orders.fetch(["marketplace_shop_id", "marketplace_ref", "marketplace_ship_by", "amount_total", "currency_rate"])
        vals_list = []
        for finding in findings:
            order = orders.browse(finding.order_id)
            vals_list.append(
                {
                    **self._prepare_finding_vals(finding),
                    "kind": finding.kind,
                    "order_id": order.id,
                    "shop_id": order.marketplace_shop_id.id,
                    "reference": order.marketplace_ref,
                    "amount": order.amount_total / (order.currency_rate or 1),
                    "ship_by": order.marketplace_ship_by,
                }
            )
        return self._plan(vals_list)

    @api.model
    def _plan(self, vals_list):
        """Give new holds a deadline and an owner: the operator of the shop who has the fewest open holds."""
        now = fields.Datetime.now()
        terms = self.env["marketplace.hold.term"]._get_terms()
        shops = self.env["marketplace.shop"].browse({vals["shop_id"] for vals in vals_list})
        load = self._count_open(shops.user_ids)
        for vals in vals_list:
            vals["deadline"] = terms.get_deadline(vals["kind"], now, vals["ship_by"])
            operators = shops.browse(vals["shop_id"]).user_ids
            if operators:
                owner = min(operators.ids, key=lambda user_id: (load[user_id], user_id))
                load[owner] += 1
                vals["user_id"] = owner
        return vals_list

    @api.model
    def _count_open(self, users):
        """Open holds per user id."""
        groups = self._read_group([("state", "=", "open"), ("user_id", "in", users.ids)], ["user_id"], ["__count"])
        return Counter({user.id: count for user, count in groups})

    # === CLOSING === #

    @api.model
    def _find_open(self, orders, kinds=()):
        """Open holds of orders, of the given kinds only if any are given."""
        domain = [("order_id", "in", orders.ids), ("state", "=", "open")]
        return self.sudo().search([*domain, ("kind", "in", list(kinds))] if kinds else domain)

    @api.model
    def _solve(self, orders, *kinds):
        """The reason is gone, e.g. an address was corrected: end the holds of these kinds, all without any."""
        return self._find_open(orders, kinds)._close("solved")

    def _close(self, state, note=""):
        """End holds that are open, in a constant number of queries.

        :param str state: ``released`` by a person, ``solved``, or ``cancelled`` with the order
        :param str note: why it was decided so
        :return: the holds that were open
        """
        holds = self.sudo().filtered(lambda hold: hold.state == "open")
        if holds:
            vals = {"state": state, "resolved_by_id": self.env.uid, "resolved_at": fields.Datetime.now()}
            holds.write({**vals, "resolution": note} if note else vals)
            holds.order_id._show_holds()
        return holds
