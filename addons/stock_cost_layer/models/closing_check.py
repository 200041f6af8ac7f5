from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL


class CostClosing(models.Model):
    """What a month may lack. Every check is a constant number of queries."""

    _inherit = "cost.closing"

    def _get_checks(self):
        """``{kind: method}``; a method returns the records that are missing and their amount.

        Other addons add kinds with `selection_add` on `cost.closing.item` and their method here.
        """
        return {
            "unlogged": self._find_unlogged,
            "account": self._find_foreign_entries,
            "draft": self._find_drafts,
            "unbilled": self._find_unbilled,
            "free": self._find_free_receipts,
            "short": self._find_shortages,
            "journey": self._find_bare_journeys,
            "clearing": self._find_clearing,
        }

    def _prepare_items(self):
        """Columns of the items of what is missing now."""
        self.ensure_one()
        self.env.flush_all()
        items = []
        for kind, find in self._get_checks().items():
            records, amount = find()
            if records:
                items.append(
                    {
                        "kind": kind,
                        "count": len(records),
                        "amount": amount,
                        "res_model": records._name,
                        "domain": self._get_item_domain(records),
                    }
                )
        return items

    @api.model
    def _get_item_domain(self, records):
        """Layers are made anew all the time, so that only what is short now can be shown."""
        if records._name == "cost.layer":
            return [["company_id", "=", records.company_id.id], ["quantity", "<", 0]]
        return [["id", "in", records.ids]]

    def _get_span(self):
        """The days that are closed with this month: (first or None, last)."""
        earlier = [("company_id", "=", self.company_id.id), ("day", "<", self.day)]
        last = self.env["cost.snapshot"].search(earlier, order="day desc", limit=1).day
        return (last + timedelta(days=1) if last else None), self.day

    def _get_event_domain(self):
        first, last = self._get_span()
        domain = [("company_id", "=", self.company_id.id), ("day", "<=", last)]
        return [*domain, ("day", ">=", first)] if first else domain

    # === GOODS === #

    def _find_unlogged(self):
        """Moves between places, since there is a log, that it does not have."""
        found = self.env.execute_query(
            SQL(
                """SELECT move.id
                     FROM stock_move move
                     JOIN stock_location source ON source.id = move.location_id
                     JOIN stock_location target ON target.id = move.location_dest_id
                    WHERE move.company_id = %(company)s AND move.state = 'done' AND move.date < %(end)s
                      AND move.date >= %(since)s
                      AND (source.warehouse_id IS DISTINCT FROM target.warehouse_id OR source.usage != target.usage)
                      AND NOT EXISTS (SELECT FROM cost_event event WHERE event.move_id = move.id)""",
                company=self.company_id.id,
                since=self.company_id.cost_layer_since,
                end=self.day + timedelta(days=1),
            )
        )
        moves = self.env["stock.move"].browse(row[0] for row in found)
        rows = moves.move_line_ids._get_cost_rows()
        return moves.filtered(lambda move: any(rows.get(move, {}).values())), 0

    def _find_free_receipts(self):
        receipts = self.env["cost.event"].search(
            [*self._get_event_domain(), ("kind", "=", "receipt"), ("purchase", "=", False)]
        )
        domain = [("origin_id", "in", receipts.ids), ("kind", "=", "cost"), ("purchase", "!=", False)]
        return receipts - self.env["cost.event"].search(domain).origin_id, 0

    def _find_shortages(self):
        return self.env["cost.layer"].search([("company_id", "=", self.company_id.id), ("quantity", "<", 0)]), 0

    def _find_bare_journeys(self):
        journeys = self.env["cost.event"].search(
            [*self._get_event_domain(), ("kind", "=", "transfer"), ("target_id.usage", "=", "transit")]
        )
        costs = self.env["cost.event"].search([("origin_id", "in", journeys.ids), ("kind", "=", "cost")])
        return journeys - costs.origin_id, 0

    # === DOCUMENTS === #

    def _find_unbilled(self):
        """Orders whose goods came by the end of the month and are not billed, at the price of the order."""
        found = self.env.execute_query(
            SQL(
                """SELECT line.id FROM purchase_order_line line
                    WHERE line.company_id = %s AND line.qty_received > line.qty_invoiced
                      AND EXISTS (SELECT FROM stock_move move
                                   WHERE move.purchase_line_id = line.id AND move.state = 'done' AND move.date < %s)""",
                self.company_id.id,
                self.day + timedelta(days=1),
            )
        )
        lines = self.env["purchase.order.line"].browse(row[0] for row in found)
        amount = 0
        for line in lines:
            open_share = (line.qty_received - line.qty_invoiced) / line.product_qty if line.product_qty else 0
            amount += line.currency_id._convert(
                line.price_subtotal * open_share, self.currency_id, self.company_id, self.day
            )
        return lines.order_id, amount

    def _find_drafts(self):
        company = self.company_id
        accounts = company._get_cost_accounts()
        moves = self.env["account.move"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "draft"),
                "|",
                ("date", "<=", self.day),
                ("invoice_date", "<=", self.day),
                "|",
                ("move_type", "in", ("in_invoice", "in_refund", "in_receipt")),
                ("line_ids.account_id", "in", accounts.ids),
            ]
        )
        return moves, sum(abs(amount) for amount in moves.mapped("amount_total_signed"))

    # === BOOKS === #

    def _find_foreign_entries(self):
        """What others posted on the account of capitalised costs, if it is not what the layers hold."""
        company, lines = self.company_id, self.env["account.move.line"]
        if not company._can_post_costs():
            return lines, 0
        difference = self.env["cost.posting"]._get_ledger_balance(company) - self.env["cost.state"]._get_capitalised(
            company
        )
        if not difference:
            return lines, 0
        domain = [("account_id", "=", company.cost_layer_account_id.id), ("parent_state", "=", "posted")]
        postings = self.env["cost.posting"]._search([("company_id", "=", company.id), ("account_move_id", "!=", False)])
        foreign = lines.search([*domain, ("move_id", "not in", postings.subselect("account_move_id"))])
        return foreign or lines.search(domain), difference / 10**company.currency_id.decimal_places

    def _find_clearing(self):
        """The entries of the account of costs to capitalise, if it is not even on the last day."""
        company, lines = self.company_id, self.env["account.move.line"]
        if not company._can_post_costs():
            return lines, 0
        domain = [
            ("account_id", "=", company.cost_layer_clearing_account_id.id),
            ("company_id", "=", company.id),
            ("parent_state", "=", "posted"),
            ("date", "<=", self.day),
        ]
        ((balance,),) = lines._read_group(domain, [], ["balance:sum"])
        balance = company.currency_id.round(balance)
        return (lines.search(domain), balance) if balance else (lines, 0)
