import base64
import hashlib
from datetime import timezone
from decimal import Decimal
from itertools import islice
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.addons.marketplace.contract import (
    ConnectorError,
    InvalidPayload,
    NotReady,
    SettlementDocument,
    SettlementState,
)
from odoo.addons.marketplace.models.job_retry import get_retry_seconds, lock_for_job
from odoo.exceptions import UserError

from .settlement import FAILED, OPEN, READABLE, UNKNOWN, WAITING

CHUNK = 5000


class MarketplaceSettlement(models.Model):
    _inherit = "marketplace.settlement"

    # === FETCHING === #

    def _enqueue_document(self, seconds=None):
        for settlement in self.sudo():
            settlement.with_delay(
                identity_key=f"marketplace.settlement._job_fetch.{'retry.' if seconds else ''}{settlement.id}",
                eta=seconds,
                description=self.env._("Fetch settlement %s", settlement.external_id),
            )._job_fetch()

    def _job_fetch(self):
        """Fetch the document and read it. Running it twice reads the same document twice and changes nothing else.

        :raise RetryableJobError: another job is at it
        """
        settlement = lock_for_job(self)
        account = settlement.account_id
        if settlement.state != WAITING or account.state == "disabled" or account.needs_authorisation:
            return
        try:
            document = account._get_connector().fetch_settlement(settlement.handle)
        except NotReady as pending:
            settlement.handle = pending.handle
            settlement._enqueue_document(get_retry_seconds(pending))
        except ConnectorError as error:
            settlement._note_fetch_error(error)
        else:
            account._note_success()
            settlement._keep_document(document)
            settlement._read_safely()

    def _note_fetch_error(self, error):
        self.message = str(error)
        self.account_id._note_error(error, self.env._("Fetch settlement %s", self.external_id))
        if seconds := get_retry_seconds(error):
            self._enqueue_document(seconds)
        elif not self.account_id.needs_authorisation:  # a renewed access asks again by itself
            self.state = FAILED

    def _keep_document(self, document):
        self.write(
            {
                "document": base64.b64encode(document.content),
                "document_name": document.name,
                "document_hash": hashlib.sha256(document.content).hexdigest(),
            }
        )

    @api.model
    def _upload(self, account, document, parse=None, **vals):
        """Take over a document that a person has downloaded.

        :param parse: function of the document, where not the account's connector reads it
        :param vals: more values of a new settlement
        :raise UserError: it cannot be read, does not add up, or is here already
        """
        try:
            with self.env.cr.savepoint():
                stated = (parse or self._get_parser(account).parse_settlement)(document)
                settlement = self.search([("account_id", "=", account.id), ("external_id", "=", stated.external_id)])
                settlement._check_new(document)
                new = {**vals, "account_id": account.id, "external_id": stated.external_id}
                settlement = settlement or self.create(new)
                settlement._keep_document(document)
                settlement._read(stated)
        except InvalidPayload as error:
            raise UserError(self._describe_fault(document.name, error)) from error
        return settlement

    def _check_new(self, document):
        """:raise UserError: the settlement is posted, or was read from the same document"""
        self._check_not_posted()
        same = self.document_hash == hashlib.sha256(document.content).hexdigest()
        if same and self.state not in (WAITING, FAILED):
            raise UserError(
                self.env._(
                    "The settlement %(settlement)s was imported from this document on %(day)s. Nothing was changed.",
                    settlement=self.external_id,
                    day=fields.Date.to_string(self.create_date),
                )
            )

    def action_retry(self):
        """Read the document again, or have it fetched."""
        self.check_access("write")
        for settlement in self.sudo().filtered(lambda settlement: settlement.state in READABLE):
            if settlement.document:
                settlement._read_safely()
            else:
                settlement.write({"state": WAITING, "message": False})
                settlement._enqueue_document()

    # === READING === #

    @api.model
    def _get_parser(self, account):
        """What reads documents of an account: its connector. It is built, not asked: no call leaves Odoo."""
        return account.sudo()._build_connector()

    def _parse(self, document):
        """:return: :class:`~odoo.addons.marketplace.contract.Settlement`"""
        return self._get_parser(self.account_id).parse_settlement(document)

    def _read_safely(self):
        """Read the document; of one that cannot be taken over as a whole nothing is, and it says why."""
        document = SettlementDocument(self.document_name, base64.b64decode(self.document))
        try:
            with self.env.cr.savepoint():
                stated = self._parse(document)
                if settlement := self._identify(stated.external_id):
                    settlement._read(stated)
        except InvalidPayload as error:
            self.write({"state": FAILED, "message": self._describe_fault(self.document_name, error)})
        except UserError as error:
            self.write({"state": FAILED, "message": str(error)})

    def _read(self, stated):
        """Take over a settlement with all its lines.

        Lines are written in batches of `CHUNK` with one statement each, however long the document is.

        :param stated: :class:`~odoo.addons.marketplace.contract.Settlement`
        :raise InvalidPayload: a row cannot be read
        :raise UserError: the lines do not add up to the total, or a currency is not known
        """
        if stated.external_id != self.external_id:
            raise UserError(
                self.env._(
                    "The document is of the settlement %(found)s, not of %(wanted)s.",
                    found=stated.external_id,
                    wanted=self.external_id,
                )
            )
        self.sudo().line_ids.unlink()
        self.write(self._prepare_header_vals(stated))
        count, total, unknown = self._read_lines(stated)
        self._check_total(total, stated.total)
        self.env["marketplace.fee.word"]._note_unknown(self.provider, self.company_id, unknown)
        self.line_count = count
        self._match_orders()
        if stated.state is SettlementState.OPEN:
            self.state = OPEN
        else:
            self.state = UNKNOWN
            self._set_state_by_words()

    def _prepare_header_vals(self, stated):
        shop = self.account_id.shop_ids.filtered(lambda shop: shop.external_id == stated.shop_id)
        return {
            "currency_id": self._get_currency(stated.total.currency).id,
            "total": stated.total.amount,
            "shop_id": shop.id or self.shop_id.id,
            "period_start": to_utc(stated.start),
            "period_end": to_utc(stated.end),
            "paid_at": to_utc(stated.paid_at),
            "reference": stated.reference,
            "message": False,
        }

    def _read_lines(self, stated):
        """``(number, sum, words that nobody knows)`` of the lines, written."""
        Line = self.env["marketplace.settlement.line"]
        rows = _RowBuilder(self)
        lines = iter(stated.lines)
        count, total = 0, Decimal(0)
        while chunk := list(islice(lines, CHUNK)):
            Line._insert([rows.build(line) for line in chunk])
            count += len(chunk)
            total += sum(line.amount.amount for line in chunk)
        Line.invalidate_model()
        self.invalidate_recordset()
        return count, total, rows.dictionary.unknown

    def _check_total(self, total, stated):
        """:raise UserError: the lines are not the whole settlement"""
        if total != stated.amount:
            raise UserError(
                self.env._(
                    "The amounts add up to %(sum)s, but the settlement says %(total)s %(currency)s: the document is "
                    "incomplete. Download it again; nothing was taken over.",
                    sum=total,
                    total=stated.amount,
                    currency=stated.currency,
                )
            )

    def _get_currency(self, code):
        """:raise UserError: Odoo does not know the currency"""
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
        if not currency:
            raise UserError(
                self.env._("Odoo does not know the currency %s. Add it under Accounting, then read again.", code)
            )
        if not currency.active:
            currency.sudo().active = True
        return currency

    def _describe_fault(self, name, error):
        return self.env._(
            "%(file)s cannot be read at %(path)s: %(reason)s. Nothing was taken over.",
            file=name,
            path=error.path,
            reason=error.reason,
        )


class _RowBuilder:
    """Turns lines of a settlement into rows of the table; what repeats in a document is looked up once."""

    def __init__(self, settlement):
        env = settlement.env
        self._head = (
            settlement.id,
            settlement.company_id.id,
            settlement.account_id.id,
            settlement.provider,
            settlement.currency_id.id,
        )
        self._settlement = settlement
        self.dictionary = env["marketplace.fee.word"]._get_dictionary(settlement.provider, settlement.company_id)
        self._zone = ZoneInfo(settlement.company_id.partner_id.tz or "UTC")
        shops = settlement.account_id.with_context(active_test=False).shop_ids
        self._shops = {name: shop.id for shop in shops for name in (shop.name.lower(), shop.external_id.lower())}
        self._currencies = {}

    def build(self, line):
        words, kind = self.dictionary.classify(line.words)
        original = line.original
        return (
            *self._head,
            line.row,
            words,
            kind,
            line.amount.amount,
            line.amount.text,
            to_utc(line.posted_at),
            line.posted_at.astimezone(self._zone).date(),
            line.market or None,
            self._shops.get(line.market.lower()) or self._settlement.shop_id.id or None,
            line.order_id or None,
            line.order_line_id or None,
            line.sku or None,
            line.units,
            line.reference or None,
            line.note or None,
            original.amount if original else None,
            self._get_currency_id(original.currency) if original else None,
        )

    def _get_currency_id(self, code):
        if code not in self._currencies:
            self._currencies[code] = self._settlement._get_currency(code).id
        return self._currencies[code]


def to_utc(moment):
    """An aware time as the ORM keeps it."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment else False
