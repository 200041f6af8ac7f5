from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..contract import Capability, ChargeKind, Money, Refund, RefundLine, Restock

GOODS = (ChargeKind.ITEM.value, ChargeKind.ITEM_DISCOUNT.value, ChargeKind.GIFT_WRAP.value)
GOODS += (ChargeKind.GIFT_WRAP_DISCOUNT.value,)
SHIPPING = (ChargeKind.SHIPPING.value, ChargeKind.SHIPPING_DISCOUNT.value)
PAID_STATES = ("pending", "confirmed")
RESTOCK = [("sellable", "To Stock"), ("unsellable", "Cannot Be Sold"), ("none", "Nothing Comes Back")]


class MarketplaceRefund(models.Model):
    """Money that the seller pays back to a buyer through the marketplace, exactly once."""

    _name = "marketplace.refund"
    _inherit = ["mail.thread", "marketplace.confirmable"]
    _description = "Refund at a Marketplace"
    _order = "id desc"
    _rec_name = "reference"
    _rec_names_search = ["reference", "order_id.marketplace_ref"]

    order_id = fields.Many2one("sale.order", required=True, ondelete="restrict", index=True, readonly=True)
    return_id = fields.Many2one("marketplace.return", index="btree_not_null", ondelete="restrict", readonly=True)
    shop_id = fields.Many2one(related="order_id.marketplace_shop_id", store=True, index=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="order_id.currency_id")
    reference = fields.Char(
        readonly=True, copy=False, help="Our number of the refund. The marketplace pays a repeated number only once."
    )
    reason = fields.Char(required=True, help="Shown to the buyer by most marketplaces.")
    note = fields.Char()
    line_ids = fields.One2many("marketplace.refund.line", "refund_id")
    shipping_amount = fields.Monetary("Shipping", help="Share of the delivery charge that is paid back.")
    shipping_left = fields.Monetary("Shipping Not Refunded Yet", compute="_compute_shipping_left")
    amount = fields.Monetary("Buyer Gets Back", compute="_compute_amount", store=True)
    state = fields.Selection(
        [("draft", "Draft"), ("pending", "To Pay"), ("confirmed", "Paid Back"), ("rejected", "Rejected")],
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
        group_expand=True,
        help="Rejected: the marketplace refuses the refund, see its answer.",
    )

    _reference_uniq = models.Constraint("UNIQUE(reference)", "This refund is already recorded.")

    # === AMOUNTS === #

    @api.depends("line_ids.amount", "shipping_amount")
    def _compute_amount(self):
        for refund in self:
            refund.amount = sum(refund.line_ids.mapped("amount")) + refund.shipping_amount

    @api.depends("order_id")
    def _compute_shipping_left(self):
        for refund in self:
            refund.shipping_left = float(refund.order_id._get_refundable()[None]) if refund.order_id else 0.0

    @api.model
    def default_get(self, field_names):
        """Override of `base`: a refund of an order or return begins with all that is not paid back yet."""
        values = super().default_get(field_names)
        ticket = self.env["marketplace.return"].browse(values.get("return_id"))
        order = ticket.order_id or self.env["sale.order"].browse(values.get("order_id"))
        if order:
            lines = self._prepare_lines(order, ticket)
            values.update(order_id=order.id, line_ids=[Command.create(vals) for vals in lines])
            values.setdefault("reason", ticket.reason or "")
            if ticket.refund_text:
                rest = Decimal(ticket.refund_text) - sum(Decimal(str(vals["amount"])) for vals in lines)
                values["shipping_amount"] = float(min(max(rest, Decimal()), order._get_refundable()[None]))
        return values

    @api.model
    def _prepare_lines(self, order, ticket):
        """Values of the lines of an order that can still be refunded; of a return, those that it names, with the
        amounts that it states: some marketplaces pay exactly these."""
        left, paid = order._get_refundable(), order._get_paid()
        quantum = Decimal(1).scaleb(-order.currency_id.decimal_places)
        vals_list = []
        for ref, (units, stated, restock) in self._get_wishes(order, ticket).items():
            ordered = round(sum(order._get_lines_by_ref()[ref].mapped("product_uom_qty")))
            amount = stated
            if amount is None:
                amount = (paid[ref] * units / ordered).quantize(quantum) if ordered else paid[ref]
            if amount := min(amount, left[ref]):
                vals_list.append(
                    {
                        "line_ref": ref,
                        "product_id": order._get_lines_by_ref()[ref][0].product_id.id,
                        "quantity": min(units, ordered),
                        "amount": float(amount),
                        "restock": restock if restock in dict(RESTOCK) else "none",
                    }
                )
        return vals_list

    @api.model
    def _get_wishes(self, order, ticket):
        """What is to be refunded: all of an order, or what a return names.

        :return: ``{marketplace line: (units, stated Decimal or None, restock)}``
        """
        lines = order._get_lines_by_ref()
        if not ticket:
            return {ref: (round(sum(part.mapped("product_uom_qty"))), None, "none") for ref, part in lines.items()}
        wishes = {}
        for line in ticket.line_ids.filtered(lambda line: line.line_ref in lines):
            units, stated, _restock = wishes.get(line.line_ref, (0, None, ""))
            if line.amount_text:
                stated = (stated or Decimal()) + Decimal(line.amount_text)
            wishes[line.line_ref] = (units + line.quantity, stated, line.restock)
        return wishes

    @api.constrains("shipping_amount", "line_ids", "state")
    def _check_amounts(self):
        for refund in self:
            refund._check_refundable()

    def _check_refundable(self):
        """:raise ValidationError: more is paid back than was paid and is not paid back yet"""
        self.ensure_one()
        left = self.order_id._get_refundable(besides=self)
        wanted = {None: self._to_decimal(self.shipping_amount)}
        for line in self.line_ids:
            wanted[line.line_ref] = wanted.get(line.line_ref, Decimal()) + self._to_decimal(line.amount)
        for ref, amount in wanted.items():
            if amount < 0:
                raise ValidationError(self.env._("A refund cannot be negative."))
            if amount > left.get(ref, Decimal()):
                line = self.line_ids.filtered(lambda line, ref=ref: line.line_ref == ref)
                raise ValidationError(
                    self.env._(
                        "%(what)s: %(amount)s cannot be paid back, only %(left)s is left of what the buyer paid.",
                        what=line[:1].product_id.display_name or self.env._("Shipping"),
                        amount=amount,
                        left=left.get(ref, Decimal()),
                    )
                )

    def _to_decimal(self, amount):
        """Exact amount in coins of the order's currency."""
        return Decimal(f"{amount:.{self.currency_id.decimal_places}f}")

    # === SENDING === #

    def action_send(self):
        """Pay the buyers back, in the background."""
        self.check_access("write")
        for refund in self.filtered(lambda refund: refund.state == "draft"):
            if not refund.shop_id.can_refund:
                raise UserError(self.env._("%s cannot refund from here: use the marketplace.", refund.shop_id.name))
            if not refund.amount:
                raise UserError(self.env._("There is nothing to pay back."))
            # Two people who refund the same order at the same moment both write here: the second begins anew, and sees
            # what the first has paid back.
            refund.order_id.sudo().marketplace_refunded_at = fields.Datetime.now()
            refund.sudo().write({"state": "pending", "reference": f"R{refund.id:09d}"})
        self._enqueue_confirm(self.shop_id)
        return {"type": "ir.actions.act_window_close"}

    @api.model
    def _get_confirm_capability(self):
        return Capability.REFUND

    @api.model
    def _describe_confirm(self):
        return self.env._("Refund buyers")

    def _confirm(self, connector):
        return connector.refund_orders([refund._prepare_refund() for refund in self])

    def _prepare_refund(self):
        return Refund(
            reference=self.reference,
            shop_id=self.shop_id.external_id,
            order_id=self.order_id.marketplace_ref,
            lines=tuple(line._prepare_line() for line in self.line_ids if line.amount or line.quantity),
            reason=self.reason,
            return_id=self.return_id.name or "",
            shipping=self._prepare_money(self.shipping_amount) if self.shipping_amount else None,
            note=self.note or "",
        )

    def _prepare_money(self, amount):
        exact = self._to_decimal(amount)
        return Money(exact, self.currency_id.name, str(exact))

    @api.model
    def _action_new(self, context):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refund Buyer"),
            "res_model": self._name,
            "views": [(self.env.ref("marketplace.refund_view_form_new").id, "form")],
            "target": "new",
            "context": context,
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if any(refund.state in PAID_STATES for refund in self):
            raise UserError(self.env._("A refund that was sent cannot be deleted."))


class MarketplaceRefundLine(models.Model):
    _name = "marketplace.refund.line"
    _description = "Refunded Units"
    _order = "refund_id, id"
    _rec_name = "product_id"

    refund_id = fields.Many2one("marketplace.refund", required=True, ondelete="cascade", index=True)
    shop_id = fields.Many2one(related="refund_id.shop_id", store=True, index=True)
    company_id = fields.Many2one(related="refund_id.company_id", store=True)
    line_ref = fields.Char(
        "Order Item", required=True, readonly=True, help="Number of the order's item at the marketplace."
    )
    product_id = fields.Many2one("product.product", ondelete="restrict", readonly=True)
    quantity = fields.Integer(help="Units paid back; 0 gives back part of the price only.")
    currency_id = fields.Many2one(related="refund_id.currency_id")
    amount = fields.Monetary("Buyer Gets Back")
    restock = fields.Selection(RESTOCK, default="none", required=True, help="Whether units can be sold again.")

    @api.constrains("amount", "line_ref")
    def _check_amount(self):
        for refund in self.refund_id:
            refund._check_refundable()

    @api.constrains("quantity", "line_ref")
    def _check_quantity(self):
        for line in self:
            ordered = line.refund_id.order_id._get_lines_by_ref().get(line.line_ref, self.env["sale.order.line"])
            if not 0 <= line.quantity <= sum(ordered.mapped("product_uom_qty")):
                raise ValidationError(self.env._("No more units can be refunded than were ordered."))

    def _prepare_line(self):
        return RefundLine(
            order_line_id=self.line_ref,
            quantity=self.quantity,
            amount=self.refund_id._prepare_money(self.amount),
            restock=Restock(self.restock),
        )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_refund_ids = fields.One2many("marketplace.refund", "order_id", readonly=True)
    marketplace_refunded_at = fields.Datetime("Last Refund Given", copy=False, readonly=True)
    marketplace_can_refund = fields.Boolean(compute="_compute_marketplace_can_refund", compute_sudo=True)

    @api.depends("marketplace_shop_id")
    def _compute_marketplace_can_refund(self):
        for order in self:
            order.marketplace_can_refund = order.marketplace_shop_id.can_refund

    def _get_paid(self):
        """What the buyer paid: ``{marketplace line: Decimal}``, shipping under ``None``; exact, as received."""
        self.ensure_one()
        paid = {None: sum_charges(self.marketplace_charges, SHIPPING)}
        for ref, lines in self._get_lines_by_ref().items():
            paid[ref] = sum_charges(lines[0].marketplace_charges, GOODS)
            paid[None] += sum_charges(lines[0].marketplace_charges, SHIPPING)
        return paid

    def _get_refundable(self, besides=None):
        """What was paid and is not paid back yet: ``{marketplace line: Decimal}``, shipping under ``None``.

        Paid back is what was sent from here, and what the marketplace reports as refunded without one of our refunds.

        :param besides: refund that does not count
        """
        left = self._get_paid()
        for refund in self.marketplace_refund_ids:
            if refund.state in PAID_STATES and refund != besides:
                left[None] -= refund._to_decimal(refund.shipping_amount)
                for line in refund.line_ids.filtered(lambda line: line.line_ref in left):
                    left[line.line_ref] -= refund._to_decimal(line.amount)
        own = self.marketplace_refund_ids.filtered(lambda refund: refund.state in PAID_STATES).return_id
        for ticket in self.marketplace_return_ids.filtered(lambda ticket: ticket.state == "refunded") - own:
            for line in ticket.line_ids.filtered(lambda line: line.line_ref in left and line.amount_text):
                left[line.line_ref] -= Decimal(line.amount_text)
        return {ref: max(amount, Decimal()) for ref, amount in left.items()}

    def action_marketplace_refund(self):
        self.ensure_one()
        return self.env["marketplace.refund"]._action_new({"default_order_id": self.id})


class MarketplaceReturn(models.Model):
    _inherit = "marketplace.return"

    refund_ids = fields.One2many("marketplace.refund", "return_id", readonly=True)
    can_refund = fields.Boolean(related="order_id.marketplace_can_refund")

    def _link_own_refunds(self):
        """A refund that we gave comes back as a return of the marketplace: know it by order and amount, so that it does
        not count twice."""
        paid = self.filtered(lambda ticket: ticket.state == "refunded" and not ticket.refund_ids)
        refunds = self.env["marketplace.refund"].search(
            [("order_id", "in", paid.order_id.ids), ("return_id", "=", False), ("state", "=", "confirmed")], order="id"
        )
        for ticket in paid:
            same = refunds.filtered(
                lambda refund, ticket=ticket: (
                    refund.order_id == ticket.order_id
                    and refund.currency_id == ticket.currency_id
                    and not refund.currency_id.compare_amounts(refund.amount, ticket.refund_amount)
                )
            )[:1]
            same.return_id = ticket
            refunds -= same

    def action_refund(self):
        self.ensure_one()
        return self.env["marketplace.refund"]._action_new({"default_return_id": self.id})


def sum_charges(charges, kinds):
    """Decimal share of the order total that stored charges of some kinds have."""
    total = Decimal()
    for charge in charges or []:
        if charge["kind"] in kinds:
            total += Decimal(charge["amount"])
            if charge["tax"] and charge["tax_treatment"] == "added":
                total += Decimal(charge["tax"])
    return total
