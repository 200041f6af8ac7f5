from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine import TAX, Counter, Purpose, Unbalanced, spread
from .settlement_posting import unit_of


class MarketplaceSettlement(models.Model):
    """Documents that a settlement settles: invoices and credit notes of orders, bills of the marketplace."""

    _inherit = "marketplace.settlement"

    # === WHICH AMOUNTS === #

    def _get_counters(self, groups):
        """Which groups settle a document of their own.

        :return: ``{key of the group: Counter}``
        :raise UserError: an order cannot be invoiced
        """
        orders = self.env["sale.order"].browse({group.order for group in groups if group.order})
        self._invoice_orders(orders)
        of_order = {order.id: self._get_order_counter(order) for order in orders}
        counters = {group.key: of_order[group.order] for group in groups if group.order}
        if self.account_id.settlement_fee_policy == "bill":
            partner = self.account_id.settlement_partner_id
            bill = Counter(partner.property_account_payable_id.id, partner.id, None)
            counters.update({group.key: bill for group in groups if group.is_fee()})
        return counters

    def _get_order_counter(self, order):
        invoice = self._get_invoices(order)[:1]
        account = get_open_side(invoice)[:1].account_id or order.partner_invoice_id.property_account_receivable_id
        return Counter(account.id, invoice.commercial_partner_id.id, order)

    def _get_invoices(self, order):
        return order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice" and move.state == "posted")

    def _invoice_orders(self, orders):
        """Make the invoices that orders do not have yet, dated when their goods left.

        :raise UserError: nothing of an order can be invoiced
        """
        missing = orders.filtered(lambda order: not self._get_invoices(order))
        ready = missing.filtered(lambda order: order.invoice_status == "to invoice")
        if waiting := missing - ready:
            raise UserError(
                self.env._(
                    "%(settlement)s: these orders need an invoice, but have nothing to invoice yet, or one that is not "
                    "posted: %(orders)s. Deliver them or post their invoices, then post the settlement.",
                    settlement=self.external_id,
                    orders=", ".join(waiting.mapped("name")),
                )
            )
        if ready:
            invoices = ready._create_invoices(grouped=True)
            for invoice in invoices:
                shipped = invoice.line_ids.sale_line_ids.order_id.mapped("effective_date")
                invoice.invoice_date = max(filter(None, shipped), default=self.period_end or self.period_start).date()
            invoices._post(soft=False)

    # === MAKING DOCUMENTS === #

    def _settle_documents(self, groups, entries):
        """The documents that planned lines settle; bills and credit notes are made.

        :return: ``{planned line: journal entries}``, ``{key of a group: id of the document's line that holds it}``
        """
        by_key = {group.key: group for group in groups}
        settled, held_by = {}, {}
        for entry in entries:
            for line in entry.lines:
                if line.purpose is Purpose.SETTLES:
                    held = [by_key[key] for key in line.sources]
                    order = line.counter.reference
                    if order:
                        notes = self._get_credit_notes(order, held, entry.day, held_by)
                        settled[line] = self._get_invoices(order) | notes
                    else:
                        settled[line] = self._create_bill(held, line, entry.day, held_by)
        return settled, held_by

    def _create_bill(self, groups, line, day, held_by):
        """The marketplace's bill of the fees of one month.

        :param dict held_by: gets the line of the bill for each group
        """
        book = self.env["marketplace.fee.account"]._get_book(self.company_id)
        costs = defaultdict(list)
        for group in groups:
            costs[group.kind, book.find(group.role, group.kind.code, group.country)].append(group)
        exact = [-sum(group.value for group in held) for held in costs.values()]
        amounts = spread(exact, unit_of(self.currency_id), line.amount)
        rows = [
            (kind, posting.account, posting.taxes, amount, held)
            for ((kind, posting), held), amount in zip(costs.items(), amounts, strict=True)
        ]
        return self._create_document("in", self.account_id.settlement_partner_id, day, rows, line.amount, held_by)

    def _get_credit_notes(self, order, groups, day, held_by):
        """Credit notes of what the buyer of an order got back: those that are open, else a new one."""
        refunds = [group for group in groups if group.is_refund()]
        total = -sum(group.value for group in refunds)
        if total <= 0:
            return self.env["account.move"]
        open_notes = order.invoice_ids.filtered(
            lambda move: move.move_type == "out_refund" and move.state == "posted" and move.amount_residual
        )
        if open_notes:
            return open_notes
        book = self.env["marketplace.fee.account"]._get_book(self.company_id)
        rows = []
        for group in refunds:
            # Collected tax that is no tax of the order was an item of its invoice, on the account of such taxes.
            posting = book.find(TAX if group.role == TAX and not group.taxes else "refunds", "", group.country)
            taxes = posting.taxes if group.taxes is None else group.taxes
            rows.append((group.kind, posting.account, taxes, group.value, [group]))
        note = self._create_document("out", order.partner_invoice_id, day, rows, -total, held_by)
        note.reversed_entry_id = self._get_invoices(order)[:1]
        return note

    def _create_document(self, side, partner, day, rows, total, held_by):
        """A posted invoice, bill or credit note with an exact total.

        :param str side: ``out``: to a buyer, ``in``: of the marketplace
        :param list rows: ``(kind, account id, tax ids, amount with taxes, groups that it holds)``
        :param Decimal total: sum of the amounts; negative: a credit note
        :param dict held_by: gets the line of the document for each group
        :raise Unbalanced: taxes do not let it have this total
        """
        sign = -1 if total < 0 else 1
        Tax = self.env["account.tax"]
        vals = {
            "move_type": f"{side}_{'invoice' if sign > 0 else 'refund'}",
            "partner_id": partner.id,
            "invoice_date": day,
            "date": day,
            "ref": f"{self.external_id} {day:%Y-%m}",
            "currency_id": self.currency_id.id,
            "marketplace_settlement_id": self.id,
            "invoice_payment_term_id": False,
            "fiscal_position_id": False,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": kind.name,
                        "fee_kind_id": kind.id,
                        "sequence": number,
                        "account_id": account,
                        "quantity": 1,
                        "price_unit": float(sign * amount),
                        "tax_ids": [Command.set(Tax.browse(taxes)._get_included().ids)],
                    }
                )
                for number, (kind, account, taxes, amount, _held) in enumerate(rows, 1)
            ],
        }
        if self.currency_id != self.company_id.currency_id:
            vals["invoice_currency_rate"] = 1 / float(self._get_rate(day))
        document = self.env["account.move"].create(vals)
        if self.currency_id.compare_amounts(document.amount_total, abs(float(total))):
            raise Unbalanced(document.amount_total, abs(total))
        document._post(soft=False)
        for item, (*_values, held) in zip(document.invoice_line_ids.sorted("sequence"), rows, strict=True):
            held_by.update((group.key, item.id) for group in held)
        return document

    # === RECONCILING === #

    def _reconcile_items(self, items, settled):
        """Match what belongs together: documents with the items that settle them, months with what they handed over,
        the balance of an earlier settlement with the one that takes it over.

        :param list items: ``(planned line, journal item)``
        :param dict settled: :meth:`_settle_documents`
        """
        together = []
        carried = defaultdict(lambda: self.env["account.move.line"])
        for planned, item in items:
            if planned.purpose is Purpose.CARRY_OVER:
                carried[planned.month] |= item
            elif planned in settled:
                others = get_open_side(settled[planned])
                together.append(item | others.filtered_domain([("account_id", "=", item.account_id.id)]))
            elif planned.kind == "opening_balance":
                together.append(item | self._find_owed(item))
        plans = [group for group in (*together, *carried.values()) if can_match(group)]
        if plans:
            self.env["account.move.line"]._reconcile_plan(plans)

    def _find_owed(self, item):
        """The open item of the earlier settlement whose balance this one took over."""
        earlier = self.search(
            [
                ("account_id", "=", self.account_id.id),
                ("state", "=", "posted"),
                ("id", "!=", self.id),
                ("currency_id", "=", self.currency_id.id),
                ("clearing_line_id.reconciled", "=", False),
                ("clearing_line_id.account_id", "=", item.account_id.id),
                ("period_start", "<=", self.period_start),
            ],
            order="period_start desc, id desc",
        )
        same = earlier.filtered(
            lambda one: (
                not self.currency_id.compare_amounts(
                    one.clearing_line_id.amount_residual_currency, -item.amount_currency
                )
            )
        )
        return same[:1].clearing_line_id


def get_open_side(moves):
    """Items of documents that are to be paid, and are not yet."""
    return moves.line_ids.filtered(
        lambda item: item.account_type in ("asset_receivable", "liability_payable") and not item.reconciled
    )


def can_match(items):
    """Whether items are of both sides."""
    signs = {item.amount_residual_currency > 0 for item in items if item.amount_residual_currency}
    return len(signs) == 2
