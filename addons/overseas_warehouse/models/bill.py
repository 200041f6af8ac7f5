from datetime import datetime, timedelta, timezone

from odoo import api, fields, models

from ..contract import ProviderCapability
from .snapshot import read_pages

# Charges are asked for again from a while before the last one: operators book some of them late.
LATE_BOOKINGS = timedelta(days=14)
# Values of the contract's FeeKind.
KINDS = [
    ("storage", "Storage"),
    ("inbound", "Inbound"),
    ("handling", "Handling"),
    ("packing", "Packing"),
    ("freight", "Freight"),
    ("return", "Return"),
    ("duty", "Duty"),
    ("other", "Other"),
]


class OverseasBill(models.Model):
    """What an operator charged in a month and a currency."""

    _name = "overseas.bill"
    _description = "Bill of an Operator of Overseas Warehouses"
    _order = "month desc, id desc"

    account_id = fields.Many2one("overseas.account", required=True, readonly=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    month = fields.Date(required=True, readonly=True, help="Its first day.")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    line_ids = fields.One2many("overseas.bill.line", "bill_id", readonly=True)
    amount = fields.Monetary("Total", compute="_compute_amount", store=True)
    flagged_count = fields.Integer("To Check", compute="_compute_flagged_count")

    _month_uniq = models.Constraint("UNIQUE(account_id, month, currency_id)", "There is a bill of this month already.")

    @api.depends("account_id", "month", "currency_id")
    def _compute_display_name(self):
        for bill in self:
            bill.display_name = f"{bill.account_id.name} {bill.month:%Y-%m} {bill.currency_id.name}"

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for bill in self:
            bill.amount = sum(bill.line_ids.mapped("amount"))

    @api.depends("line_ids.match", "line_ids.decision")
    def _compute_flagged_count(self):
        domain = [("bill_id", "in", self.ids), *self.env["overseas.bill.line"]._get_flagged_domain()]
        counts = dict(self.env["overseas.bill.line"]._read_group(domain, ["bill_id"], ["__count"]))
        for bill in self:
            bill.flagged_count = counts.get(bill, 0)

    # === JOBS === #

    @api.model
    def _cron_fetch(self):
        """Queue a look at the charges of each account in use."""
        self._enqueue_fetch(self.env["overseas.account"].sudo().search(self.env["overseas.account"]._get_live_domain()))

    @api.model
    def _enqueue_fetch(self, accounts, seconds=None):
        accounts._queue(self._name, "_job_fetch", self.env._("Fetch charges"), seconds)

    @api.model
    def _job_fetch(self, account):
        """Take in the charges since the last ones; those known already stay as they are."""
        if account.state == "disabled" or not account._has_capability(ProviderCapability.BILLS):
            return
        until = datetime.now(timezone.utc)
        Line = self.env["overseas.bill.line"]
        last = Line.search([("account_id", "=", account.id)], limit=1, order="charged_at desc")
        since = (last.charged_at or account.create_date).replace(tzinfo=timezone.utc) - LATE_BOOKINGS
        answer, error = account._ask_later(
            self.env._("Fetch charges"),
            lambda provider: read_pages(lambda token: provider.fetch_bills(since, until, token=token)),
            lambda seconds: self._enqueue_fetch(account, seconds),
        )
        if error is None:
            account._note_broken(answer[1], self.env._("Fetch charges"))
            self._keep(account, answer[0])
            # Charges may come before what they are for: a return is recorded late, a number is added by hand.
            Line.search([("account_id", "=", account.id), *Line._get_flagged_domain()])._match()

    @api.model
    def _keep(self, account, charges):
        """File charges under the bill of their month, and match them.

        :param list charges: `BillLine`
        :return: new lines
        """
        Line = self.env["overseas.bill.line"]
        numbers = [charge.external_id for charge in charges]
        known = set(
            Line.search([("account_id", "=", account.id), ("external_id", "in", numbers)]).mapped("external_id")
        )
        new = {charge.external_id: charge for charge in charges if charge.external_id not in known}
        currencies = self._get_currencies({charge.amount.currency for charge in new.values()})
        bills = self._get_bills(
            account, {(_first_day(charge), currencies[charge.amount.currency]) for charge in new.values()}
        )
        warehouses = {warehouse.code: warehouse.id for warehouse in account.warehouse_ids}
        lines = Line.create(
            [
                {
                    "bill_id": bills[_first_day(charge), currencies[charge.amount.currency]].id,
                    "warehouse_id": warehouses.get(charge.warehouse),
                    **Line._prepare_vals(charge),
                }
                for charge in new.values()
            ]
        )
        lines._match()
        return lines

    @api.model
    def _get_currencies(self, codes):
        """``{code: currency}``, made active where they are not."""
        found = self.env["res.currency"].with_context(active_test=False).search([("name", "in", list(codes))])
        found.filtered(lambda currency: not currency.active).sudo().active = True
        return {currency.name: currency for currency in found}

    @api.model
    def _get_bills(self, account, keys):
        """``{(month, currency): bill}``, made where there is none."""
        found = self.search([("account_id", "=", account.id), ("month", "in", [month for month, _currency in keys])])
        bills = {(bill.month, bill.currency_id): bill for bill in found}
        missing = [key for key in sorted(keys, key=lambda key: (key[0], key[1].name)) if key not in bills]
        new = self.create(
            [{"account_id": account.id, "month": month, "currency_id": currency.id} for month, currency in missing]
        )
        return {**bills, **dict(zip(missing, new, strict=True))}


class OverseasBillLine(models.Model):
    _name = "overseas.bill.line"
    _description = "Charge of an Operator of Overseas Warehouses"
    _order = "charged_at desc, id desc"
    _rec_name = "external_id"

    bill_id = fields.Many2one("overseas.bill", required=True, readonly=True, ondelete="cascade", index=True)
    account_id = fields.Many2one(related="bill_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="bill_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="bill_id.currency_id", store=True)
    warehouse_id = fields.Many2one("overseas.warehouse", readonly=True, ondelete="restrict", index="btree_not_null")
    external_id = fields.Char("Charge", required=True, readonly=True, help="The operator's number of the charge.")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    charged_at = fields.Datetime(required=True, readonly=True)
    document = fields.Char(readonly=True, help="Number of what it was charged for.")
    sku = fields.Char("SKU", readonly=True)
    units = fields.Integer(readonly=True)
    basis = fields.Char(readonly=True, help="What was measured: volume, age, weight …")
    date_from = fields.Date("From", readonly=True)
    date_to = fields.Date("To", readonly=True)
    text = fields.Char("Remark", readonly=True)
    amount = fields.Monetary(readonly=True)
    outbound_id = fields.Many2one("overseas.outbound", "Order", readonly=True, ondelete="set null", index=True)
    inbound_id = fields.Many2one("overseas.inbound", "Goods", readonly=True, ondelete="set null", index=True)
    return_id = fields.Many2one("overseas.return", readonly=True, ondelete="set null", index="btree_not_null")
    quoted = fields.Monetary(
        readonly=True,
        help="What the operator quoted for the order when it was sent; else what it is by the price list. 0 where the "
        "operator quoted the order without such a charge.",
    )
    difference = fields.Monetary(
        readonly=True, help="All charges of this kind for the document so far, less what was quoted."
    )
    match = fields.Selection(
        [
            ("equal", "As Quoted"),
            ("different", "Not as Quoted"),
            ("no_quote", "Without a Quote"),
            ("no_document", "Without a Document"),
        ],
        required=True,
        readonly=True,
        default="no_document",
        help="Without a Document: nothing here has the number that the charge is for.",
    )
    decision = fields.Selection(
        [("open", "Open"), ("accepted", "Accepted"), ("disputed", "Disputed")],
        required=True,
        default="open",
        readonly=True,
    )

    _external_uniq = models.Constraint("UNIQUE(account_id, external_id)", "This charge is recorded already.")

    @api.model
    def _get_flagged_domain(self):
        """Charges that a person has to look at."""
        return [("decision", "=", "open"), ("match", "in", ("different", "no_document"))]

    @api.model
    def _prepare_vals(self, charge):
        date_from, date_to = charge.period or (False, False)
        return {
            "external_id": charge.external_id,
            "kind": charge.kind.value,
            "charged_at": charge.charged_at.replace(tzinfo=None),
            "document": charge.document,
            "sku": charge.sku,
            "units": charge.units or 0,
            "basis": charge.quantity_basis,
            "date_from": date_from,
            "date_to": date_to,
            "text": charge.text,
            "amount": float(charge.amount.amount),
        }

    # === MATCHING === #

    def _match(self):
        """Find what the charges are for, and compare them with what was quoted for it."""
        outbounds = self._find("overseas.outbound")
        inbounds = self._find("overseas.inbound")
        returns = self._find("overseas.return")
        for line in self:
            key = (line.account_id, line.document)
            line.outbound_id = outbounds.get(key)
            line.inbound_id = inbounds.get(key)
            # A number of an order means its return only where a return is charged.
            line.return_id = returns.get(key) if line.kind == "return" or not line.outbound_id else False
        charged = self._get_charged("outbound_id") | self._get_charged("inbound_id") | self._get_charged("return_id")
        listed = self.env["overseas.price"]._quote(self)
        for line in self:
            line.write(line._compare(charged, listed))

    def _find(self, model):
        """``{(account, number): record}`` of the documents that are named."""
        numbers = [number for number in set(self.mapped("document")) if number]
        return self.env[model]._get_by_number(self.account_id, numbers)

    def _get_document(self):
        """What the charge is for."""
        return self.return_id or self.outbound_id or self.inbound_id

    def _get_charged(self, field):
        """``{(document, kind, currency): sum}`` of all charges of the documents that these are for.

        :param str field: of the document
        """
        groups = self._read_group([(field, "in", self[field].ids)], [field, "kind", "currency_id"], ["amount:sum"])
        return {(document, kind, currency): amount for document, kind, currency, amount in groups}

    def _compare(self, charged, listed):
        """Values of the match.

        :param dict charged: sums by document, kind and currency
        :param dict listed: ``{line: what it should be by the price list}``
        """
        document = self._get_document()
        if not document and self.kind != "storage":
            return {"match": "no_document", "quoted": 0, "difference": 0}
        quote = self._get_quote(listed)
        if quote is None:
            return {"match": "no_quote", "quoted": 0, "difference": 0}
        quoted = self.currency_id.round(float(quote))
        difference = charged.get((document, self.kind, self.currency_id), self.amount) - quoted
        equal = self.currency_id.is_zero(difference)
        return {"quoted": quoted, "difference": difference, "match": "equal" if equal else "different"}

    def _get_quote(self, listed):
        """What the operator quoted, else what its price list says; ``None`` without either.

        :param dict listed: as of `_compare`
        """
        currency, quotes = self.currency_id.name, self.outbound_id.quotes or {}
        quote = quotes.get(f"{self.kind} {currency}", listed.get(self))
        # A quote states all that it takes to send an order: what is charged besides was not agreed. What comes back
        # later is no part of it.
        if quote is None and not self.return_id and any(key.endswith(f" {currency}") for key in quotes):
            return 0
        return quote

    # === ACTIONS === #

    def action_accept(self):
        """The charge is right."""
        self.check_access("write")
        self.write({"decision": "accepted"})

    def action_dispute(self):
        """The operator has been asked to correct the charge."""
        self.check_access("write")
        self.write({"decision": "disputed"})

    def action_match_again(self):
        """Look once more for what the charges are for."""
        self.check_access("write")
        self.sudo()._match()


def _first_day(charge):
    return charge.charged_at.date().replace(day=1)
