from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.addons.marketplace.contract import Capability, ConnectorError, InvalidPayload, MoneyState
from odoo.addons.marketplace.models.job_retry import get_retry_seconds

from .settlement_read import to_utc

FIRST_PERIOD = timedelta(days=30)
# Marketplaces change the state of transactions some time after they booked them.
OVERLAP = timedelta(days=14)


class MarketplaceTransaction(models.Model):
    """What a marketplace booked and has not settled yet: money on its way, or held back until a day or an event.

    Nothing of it is posted: books are closed by settlements. It says how much is still to come, when, and why it waits.
    """

    _name = "marketplace.transaction"
    _description = "Unsettled Money"
    _order = "posted_at desc, id desc"
    _rec_name = "external_id"

    account_id = fields.Many2one("marketplace.account", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    shop_id = fields.Many2one("marketplace.shop", readonly=True, ondelete="restrict", index="btree_not_null")
    external_id = fields.Char("Transaction", required=True, readonly=True)
    revision = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("deferred", "Held Back"),
            ("released", "Released"),
            ("settled", "Settled"),
            ("replaced", "Replaced"),
            ("failed", "Not Readable"),
        ],
        required=True,
        readonly=True,
        index=True,
        help="Held back: the marketplace keeps the money for now. Released: it comes with the next settlement. "
        "Replaced: another transaction released this money and stands for it.",
    )
    state_text = fields.Char("State There", readonly=True, help="The marketplace's own word.")
    posted_at = fields.Datetime("Booked", readonly=True)
    matures_at = fields.Datetime("Free From", readonly=True)
    reason = fields.Char("Held Back Because", readonly=True, help="The marketplace's own word.")
    currency_id = fields.Many2one("res.currency", readonly=True)
    total = fields.Monetary(readonly=True)
    order_ref = fields.Char("Order Number", readonly=True, index="btree_not_null")
    releases = fields.Char(readonly=True, index="btree_not_null", help="The transaction whose money this one released.")
    settlement_ref = fields.Char("Settlement", readonly=True, index="btree_not_null")
    line_ids = fields.One2many("marketplace.transaction.line", "transaction_id", readonly=True)
    payload = fields.Json(readonly=True, help="What could not be read.")
    message = fields.Text(readonly=True)

    _external_uniq = models.Constraint("UNIQUE(account_id, external_id)", "This transaction is here already.")

    # === TAKING === #

    @api.model
    def _take(self, account, connector, records):
        """Keep transactions as they are now. What cannot be read waits with its payload.

        :param list records: :class:`~odoo.addons.marketplace.contract.RawRecord`
        :return: those that are new or changed
        """
        latest = {record.external_id: record for record in records}
        known = self.search([("account_id", "=", account.id), ("external_id", "in", list(latest))])
        by_id = {transaction.external_id: transaction for transaction in known}
        shops = {shop.external_id: shop.id for shop in account.with_context(active_test=False).shop_ids}
        builder = _LineBuilder(self.env, account)
        new, changed = [], self.browse()
        for record in latest.values():
            old = by_id.get(record.external_id)
            if old and old.revision == record.revision and old.state != "failed":
                continue
            vals = self._prepare_vals(connector, record, builder)
            vals["shop_id"] = shops.get(record.shop_id, False)
            if old:
                old.line_ids.unlink()
                old.write(vals)
                changed |= old
            else:
                new.append({**vals, "account_id": account.id, "external_id": record.external_id})
        builder.note_unknown()
        changed |= self.create(new)
        self._replace(account, list(latest))
        changed._settle()
        return changed

    @api.model
    def _replace(self, account, numbers):
        """What another transaction released counts once: the other one stands for it."""
        of_account = [("account_id", "=", account.id)]
        concerned = ["|", ("releases", "in", numbers), ("external_id", "in", numbers)]
        released = self.search([*of_account, ("releases", "!=", False), *concerned]).mapped("releases")
        waiting = [("external_id", "in", released), ("state", "in", ("deferred", "released"))]
        self.search([*of_account, *waiting]).state = "replaced"

    @api.model
    def _prepare_vals(self, connector, record, builder):
        common = {"revision": record.revision, "posted_at": to_utc(record.updated_at)}
        try:
            stated = connector.parse_transaction(record.payload)
        except InvalidPayload as error:
            return {**common, "state": "failed", "message": str(error), "payload": record.payload}
        return {
            **common,
            "state": "deferred" if stated.state is MoneyState.DEFERRED else "released",
            "state_text": stated.state_text,
            "posted_at": to_utc(stated.posted_at),
            "matures_at": to_utc(stated.matures_at),
            "reason": stated.reason,
            "currency_id": self.env["marketplace.settlement"]._get_currency(stated.total.currency).id,
            "total": stated.total.amount,
            "order_ref": next((line.order_id for line in stated.lines if line.order_id), False),
            "releases": stated.releases,
            "settlement_ref": stated.settlement_id,
            "line_ids": [fields.Command.create(builder.build(line)) for line in stated.lines],
            "message": False,
            "payload": False,
        }

    # === SETTLING === #

    def _settle(self):
        """Note which of these are in a settlement that is here."""
        self._mark_settled("transaction.id = ANY(%(ids)s)", {"ids": self.ids})

    @api.model
    def _settle_by(self, settlement):
        """Note what a settlement holds that was read just now."""
        self._mark_settled("settlement.id = %(settlement)s", {"settlement": settlement.id})

    @api.model
    def _mark_settled(self, condition, params):
        """A transaction is settled by the settlement that it names; where it names none, by one of its time that holds
        its order."""
        self.env.flush_all()
        self.env.cr.execute(_SETTLED.format(condition=condition), params)
        self.invalidate_model(["state", "settlement_ref"])

    def action_retry(self):
        """Ask for the transactions of the accounts again."""
        self.account_id._enqueue_transactions()


class MarketplaceTransactionLine(models.Model):
    _name = "marketplace.transaction.line"
    _description = "Amount of Unsettled Money"
    _order = "transaction_id, id"
    _rec_name = "words"

    transaction_id = fields.Many2one(
        "marketplace.transaction", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="transaction_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="transaction_id.currency_id")
    words = fields.Char(required=True, readonly=True)
    kind_id = fields.Many2one("marketplace.fee.kind", readonly=True, ondelete="restrict", index="btree_not_null")
    amount = fields.Monetary(readonly=True)
    sku = fields.Char("SKU", readonly=True)
    units = fields.Integer(readonly=True)


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    transaction_cursor = fields.Datetime("Transactions Fetched Until", readonly=True, copy=False)

    def _enqueue_settlements(self, seconds=None):
        """Override: what is not settled yet is looked for with the settlements."""
        if not seconds:
            self._enqueue_transactions()
        return super()._enqueue_settlements(seconds)

    def _enqueue_transactions(self, seconds=None):
        for account in self.sudo().filtered(lambda account: account._has_capability(Capability.TRANSACTIONS)):
            account.with_delay(
                identity_key=f"marketplace.account._job_transactions.{'retry.' if seconds else ''}{account.id}",
                eta=seconds,
                description=self.env._("Look for unsettled money of %s", account.name),
            )._job_transactions()

    def _job_transactions(self):
        """Fetch what was booked since the last time, and what may have changed since."""
        if self.state == "disabled" or self.needs_authorisation:
            return
        connector = self._get_connector()
        since = self.transaction_cursor and self.transaction_cursor.replace(tzinfo=timezone.utc) - OVERLAP
        since = since or datetime.now(timezone.utc) - FIRST_PERIOD
        shops, token = self.shop_ids.mapped("external_id"), ""
        try:
            while True:
                page = connector.fetch_transactions(shops, since, token=token)
                self.env["marketplace.transaction"]._take(self, connector, page.records)
                token = page.next_token
                if not token:
                    break
        except ConnectorError as error:
            self._note_error(error, self.env._("Look for unsettled money"))
            if seconds := get_retry_seconds(error):
                self._enqueue_transactions(seconds)
            return
        self._note_success()
        if page.complete_until:
            self.transaction_cursor = to_utc(page.complete_until)


class MarketplaceSettlement(models.Model):
    _inherit = "marketplace.settlement"

    def _read(self, stated):
        """Override: what the settlement holds is not unsettled any more."""
        result = super()._read(stated)
        self.env["marketplace.transaction"].sudo()._settle_by(self)
        return result


class _LineBuilder:
    """Values of lines; what their words mean is looked up once."""

    def __init__(self, env, account):
        self._word = env["marketplace.fee.word"]
        self._account = account
        self._dictionary = self._word._get_dictionary(account.provider, account.company_id)

    def build(self, line):
        words, kind = self._dictionary.classify(line.words)
        return {
            "words": words,
            "kind_id": kind,
            "amount": line.amount.amount,
            "sku": line.sku,
            "units": line.units,
        }

    def note_unknown(self):
        """Words that nobody knows wait in the queue before a settlement brings them."""
        self._word._note_unknown(self._account.provider, self._account.company_id, self._dictionary.unknown)


_SETTLED = """
    UPDATE marketplace_transaction transaction
       SET state = 'settled', settlement_ref = settlement.external_id
      FROM marketplace_settlement settlement
     WHERE {condition} AND transaction.account_id = settlement.account_id
       AND transaction.state IN ('deferred', 'released') AND settlement.line_count > 0
       AND (transaction.settlement_ref = settlement.external_id
            OR (COALESCE(transaction.settlement_ref, '') = '' AND transaction.order_ref IS NOT NULL
                AND transaction.posted_at < COALESCE(settlement.period_end, settlement.period_start)
                AND EXISTS (SELECT 1 FROM marketplace_settlement_line line
                             WHERE line.settlement_id = settlement.id AND line.order_ref = transaction.order_ref)))
"""
