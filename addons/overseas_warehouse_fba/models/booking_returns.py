from odoo import models


class FbaLedgerRow(models.Model):
    _inherit = "fba.ledger.row"

    def _get_sold_by(self):
        """``{row: move}`` that took the returned units out of stock when they were sold, in a shop at Amazon or in
        another one: they come back at that cost.

        Returns whose order is not known, or was not taken out of stock here, are left out.
        """
        returns = self.filtered(lambda row: row.kind == "return_sourced" and row.reference)
        if not returns:
            return {}
        plates = dict(
            self.env["fba.buyer.return"]._read_group(
                [("account_id", "in", returns.account_id.ids), ("plate", "in", returns.mapped("reference"))],
                ["plate", "order_number"],
            )
        )
        numbers = {row: plates.get(row.reference, row.reference) for row in returns}
        moves = {**returns._get_shop_moves(numbers.values()), **returns._get_multi_channel_moves(numbers.values())}
        found = {row: moves.get((number, row.product_id)) for row, number in numbers.items()}
        return {row: move for row, move in found.items() if move}

    def _get_shop_moves(self, numbers):
        """``{(order number, product): move}`` of orders of the marketplace, which leave together with others."""
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search(
                [
                    ("company_id", "in", self.company_id.ids),
                    ("order_id.marketplace_ref", "in", list(set(numbers))),
                    ("marketplace_move_id", "!=", False),
                ],
                order="id",
            )
        )
        return {(line.order_id.marketplace_ref, line.product_id): line.marketplace_move_id for line in lines}

    def _get_multi_channel_moves(self, numbers):
        """``{(order number, product): move}`` of other shops' orders, each of which has a delivery of its own."""
        orders = (
            self.env["overseas.outbound"]
            .sudo()
            .search([("account_id", "in", self.account_id.ids), ("reference", "in", list(set(numbers)))])
        )
        return {(order.reference, product): move for (order, product), move in orders._get_sent_moves().items()}
