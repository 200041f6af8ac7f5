from odoo import api, fields, models
from odoo.exceptions import UserError

WAITING, FAILED, OPEN, UNKNOWN, READY, POSTED = "waiting", "failed", "open", "unknown", "ready", "posted"
# A document in these states may be read, or read again.
READABLE = (WAITING, FAILED, OPEN, UNKNOWN, READY)


class MarketplaceSettlement(models.Model):
    """An account that the marketplace gives of what it took in, kept, and pays out."""

    _name = "marketplace.settlement"
    _description = "Settlement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _check_company_auto = True
    _order = "period_start desc, id desc"
    _rec_name = "external_id"

    account_id = fields.Many2one(
        "marketplace.account", required=True, readonly=True, ondelete="restrict", index=True, check_company=True
    )
    provider = fields.Selection(related="account_id.provider", store=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    shop_id = fields.Many2one(
        "marketplace.shop", readonly=True, ondelete="restrict", index="btree_not_null", help="Empty: several shops."
    )
    external_id = fields.Char("Settlement", required=True, readonly=True, help="The marketplace's number of it.")
    offered_as = fields.Char(
        readonly=True, help="The number under which the marketplace offers the settlement, where that is another one."
    )
    revision = fields.Char(readonly=True)
    handle = fields.Json(readonly=True, help="Where the marketplace has the document.")
    document = fields.Binary(readonly=True, attachment=True, help="The document exactly as it was received.")
    document_name = fields.Char(readonly=True)
    document_hash = fields.Char(readonly=True)
    reference = fields.Char("Payout Reference", readonly=True, help="As the bank statement shows it.")
    currency_id = fields.Many2one("res.currency", readonly=True)
    period_start = fields.Datetime("From", readonly=True)
    period_end = fields.Datetime("To", readonly=True)
    paid_at = fields.Datetime("Paid", readonly=True, help="When the payout was, or will be, sent.")
    total = fields.Monetary(readonly=True, help="What is paid out, as the marketplace states it.")
    line_ids = fields.One2many("marketplace.settlement.line", "settlement_id", readonly=True)
    line_count = fields.Integer("Amounts", readonly=True)
    unknown_count = fields.Integer("Unknown", compute="_compute_unknown_count", help="Amounts of unknown kind.")
    unmatched_count = fields.Integer("Without Order", readonly=True, help="Amounts of orders that are not here.")
    state = fields.Selection(
        [
            (WAITING, "Waiting for the Document"),
            (FAILED, "Not Readable"),
            (OPEN, "Still Open"),
            (UNKNOWN, "Unknown Fees"),
            (READY, "Ready"),
            (POSTED, "Posted"),
        ],
        required=True,
        readonly=True,
        default=WAITING,
        tracking=True,
        help="Not readable: nothing of it was taken over, see the message. Still open: the marketplace adds to it. "
        "Unknown fees: amounts whose words nobody has given a kind.",
    )
    message = fields.Text(readonly=True)

    _external_uniq = models.Constraint(
        "UNIQUE(account_id, external_id)", "This settlement of the account is here already."
    )

    @api.depends("line_ids.kind_id")
    def _compute_unknown_count(self):
        counts = dict(
            self.env["marketplace.settlement.line"]._read_group(
                [("settlement_id", "in", self.ids), ("kind_id", "=", False)], ["settlement_id"], ["__count"]
            )
        )
        for settlement in self:
            settlement.unknown_count = counts.get(settlement, 0)

    # === RECEIVING === #

    @api.model
    def _note_refs(self, account, refs):
        """Keep the settlements that a marketplace offers; those that are new or changed have their document fetched.

        :param list refs: :class:`~odoo.addons.marketplace.contract.SettlementRef`
        :return: settlements whose document is to be fetched
        """
        names = [ref.external_id for ref in refs]
        known = {
            settlement.offered_as or settlement.external_id: settlement
            for settlement in self.search(
                [("account_id", "=", account.id), "|", ("external_id", "in", names), ("offered_as", "in", names)]
            )
        }
        shops = {shop.external_id: shop.id for shop in account.with_context(active_test=False).shop_ids}
        new = [ref for ref in {ref.external_id: ref for ref in refs}.values() if ref.external_id not in known]
        result = self.create(
            [
                {
                    "account_id": account.id,
                    "external_id": ref.external_id,
                    "offered_as": ref.provisional and ref.external_id,
                    "shop_id": shops.get(ref.shop_id),
                    "revision": ref.revision,
                    "handle": ref.handle,
                }
                for ref in new
            ]
        )
        for ref in refs:
            settlement = known.get(ref.external_id)
            if settlement and settlement.revision != ref.revision and settlement._may_change(ref.revision):
                settlement.write({"revision": ref.revision, "handle": ref.handle, "state": WAITING})
                result |= settlement
        return result

    def _identify(self, external_id):
        """Give a settlement that was offered under another number its own, now that its document tells it.

        :return: the settlement to read the document into: where a person had uploaded the same one that, and none
            once that was read
        """
        if self.external_id == external_id or self.external_id != self.offered_as:
            return self
        same = self.search([("account_id", "=", self.account_id.id), ("external_id", "=", external_id)])
        if not same:
            self.external_id = external_id
            return self
        same.write({name: self[name] for name in ("offered_as", "revision", "handle")})
        unread = same.filtered(lambda settlement: settlement.state in (WAITING, FAILED))
        unread.write({name: self[name] for name in ("document", "document_name", "document_hash")})
        self.unlink()
        return unread

    def _may_change(self, revision):
        """Whether a new revision is taken over: a posted settlement stays, and a person is told."""
        if self.state != POSTED:
            return True
        if not self.activity_search(["mail.mail_activity_data_warning"]):
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("The marketplace changed this settlement"),
                note=self.env._("It is posted already. Reverse its entries and read it again to take the change over."),
                user_id=self.account_id._get_responsible().id,
            )
        self.revision = revision
        return False

    # === STATE === #

    def _set_state_by_words(self):
        """Ready, or waiting for somebody to say what its amounts are."""
        self.invalidate_recordset(["unknown_count"])
        for settlement in self.filtered(lambda settlement: settlement.state in (UNKNOWN, READY)):
            settlement.state = UNKNOWN if settlement.unknown_count else READY

    def _check_not_posted(self):
        if posted := self.filtered(lambda settlement: settlement.state == POSTED):
            message = self.env._(
                "Posted already: %s. Reverse the entries first; nothing was changed.",
                ", ".join(posted.mapped("external_id")),
            )
            raise UserError(message)

    # === ACTIONS === #

    def action_view_lines(self):
        """All amounts of the settlement."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Amounts of %s", self.external_id),
            "res_model": "marketplace.settlement.line",
            "view_mode": "list,pivot,graph,form",
            "domain": [("settlement_id", "=", self.id)],
        }

    def action_view_unknown(self):
        """The words that keep settlements from being posted."""
        words = self.line_ids.filtered(lambda line: not line.kind_id).mapped("words")
        action = self.env["ir.actions.act_window"]._for_xml_id("marketplace_settlement.action_fee_queue")
        action["domain"] = [("words", "in", list(set(words))), ("kind_id", "=", False)]
        return action
