import logging

from odoo import api, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import UserError, ValidationError
from psycopg2 import IntegrityError

from ..contract import Fulfilment, InvalidPayload, OrderStatus, plan_lines
from .order_batch import OrderBatch, Wait

_logger = logging.getLogger(__name__)

# Not to be shipped yet: money and address may be missing, or nobody knows what the marketplace means.
NOT_FINAL = (OrderStatus.PENDING, OrderStatus.UNKNOWN)

# Nobody follows or reads a note per imported order; the inbox is the trail. What `marketplace_bulk` spares is done
# once per batch instead of once per record.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_auto_subscribe_no_notify": True,
    "sale_no_log_for_new_lines": True,
    "no_vat_validation": True,
    "skip_sms": True,
    "marketplace_bulk": True,
}


class MarketplaceOrderImporter(models.AbstractModel):
    """Turns inbox rows into sale orders, a batch at a time.

    Extend the ``_prepare_*`` hooks; the flow stays: parse, look up, prepare values, one ``create()`` per model,
    confirm, build the transfers. Reservation follows in a transaction of its own (``marketplace.stock.reserver``).
    Nothing that is wrong with one order stops another: what cannot be prepared waits in the inbox with its reason, and
    when the database refuses a batch its orders are retried one by one.
    """

    _name = "marketplace.order.importer"
    _description = "Marketplace Order Import"

    _batch_size = 500

    # === FLOW === #

    @api.model
    def _import_rows(self, rows):
        """Import inbox rows of kind ``order``; afterwards each row is done, waiting, failed or superseded.

        :return: sale orders that were created or changed
        """
        result = self.env["sale.order"]
        for company, company_rows in rows.grouped("company_id").items():
            importer = self.with_company(company).with_context(**QUIET)
            for start in range(0, len(company_rows), self._batch_size):
                result |= importer._import_batch(company_rows[start : start + self._batch_size])
        result._enqueue_reservation()
        result._enqueue_acknowledgement()
        for shop, orders in result.grouped("marketplace_shop_id").items():
            self.env["marketplace.inbox"]._retry_waiting("unknown_order", shop, orders.mapped("marketplace_ref"))
        return result

    def _import_batch(self, rows):
        rows = rows.with_env(self.env)
        latest = rows._drop_superseded(rows._parse("parse_order"))
        known = self._find_orders(latest)
        new = {row: order for row, order in latest.items() if row not in known}
        changed = {row: (known[row], order) for row, order in latest.items() if row in known}
        return self._create_new(new) | self._apply_revisions(changed)

    def _find_orders(self, latest):
        """Sale orders that exist already.

        :return: ``{row: sale order}``
        """
        refs = [order.external_id for order in latest.values()]
        shops = [row.shop_id.id for row in latest]
        orders = self.env["sale.order"].search([("marketplace_ref", "in", refs), ("marketplace_shop_id", "in", shops)])
        by_key = {(order.marketplace_shop_id.id, order.marketplace_ref): order for order in orders}
        found = {row: by_key.get((row.shop_id.id, order.external_id)) for row, order in latest.items()}
        return {row: order for row, order in found.items() if order}

    # === NEW ORDERS === #

    def _create_new(self, new):
        """Create sale orders in one batch, or one by one when the batch is refused.

        :param dict new: ``{row: Order}``
        """
        if not new:
            return self.env["sale.order"]
        batch = OrderBatch(self.env, [(row.shop_id, order) for row, order in new.items()])
        prepared = self._prepare_all(batch, new)
        try:
            with self.env.cr.savepoint():
                return self._write_orders(batch, prepared)
        except (UserError, ValidationError, IntegrityError) as error:
            if len(prepared) == 1:
                self._note_refusal(next(iter(prepared)), error)
                return self.env["sale.order"]
            _logger.info("A batch of %s orders was refused (%s); importing them one by one", len(prepared), error)
        return self._create_alone(prepared)

    def _create_alone(self, prepared):
        result = self.env["sale.order"]
        for row, (order, _plan) in prepared.items():
            result |= self._create_new({row: order})
        return result

    def _note_refusal(self, row, error):
        """Keep a refused order visible. What another importer wrote at the same moment is only visible to a new
        transaction, so that job is run again."""
        if isinstance(error, IntegrityError) and error.pgcode == "23505":
            raise RetryableJobError(str(error), seconds=2, ignore_retry=True) from error
        self._fail(row, "refused", error, self.env._("Correct what the message names, then retry."))

    def _prepare_all(self, batch, new):
        """Plan each order's lines and check what it needs, without writing.

        :return: ``{row: (Order, [PlannedLine])}`` of the orders that can be written
        """
        prepared = {}
        for row, order in new.items():
            try:
                prepared[row] = (order, self._prepare_plan(batch, row.shop_id, order))
            except Wait as wait:
                self._wait(row, order, wait)
            except InvalidPayload as error:
                self._fail(row, "invalid", error, self.env._("Fetch the order again; if it stays, report the payload."))
        return prepared

    def _prepare_plan(self, batch, shop, order):
        """Lines of an order, once everything they need is known to exist.

        :return: list of :class:`~..contract.PlannedLine`
        :raise Wait: something must be set up first
        :raise InvalidPayload: the money does not add up
        """
        currency = batch.currency_of(shop, order)
        if order.address and not order.address.masked:
            batch.country_of(order.address)
        for line in order.lines:
            batch.listing_of(shop, line)
        if order.fulfilment is Fulfilment.MARKETPLACE and not shop.fulfilment_warehouse_id:
            raise Wait(
                "warehouse",
                self.env._("%s has orders shipped by the marketplace but no marketplace warehouse.", shop.name),
                self.env._("Choose the marketplace warehouse on the shop, then retry."),
            )
        merchant = order.fulfilment is Fulfilment.MERCHANT
        return plan_lines(order, batch.quantum_of(currency), shipped_apart=merchant)

    def _write_orders(self, batch, prepared):
        """One create() per model for the whole batch."""
        if not prepared:
            return self.env["sale.order"]
        partners = self._get_partners(batch, [(row.shop_id, order) for row, (order, _plan) in prepared.items()])
        names = self._next_names(self._get_order_sequence(), len(prepared))
        vals_list = []
        for (row, (order, plan)), (buyer, delivery), name in zip(prepared.items(), partners, names, strict=True):
            vals_list.append(self._prepare_order_vals(batch, row.shop_id, order, plan, buyer, delivery, name))
        orders = self.env["sale.order"].create(vals_list)
        by_row = dict(zip(prepared, orders, strict=True))
        self._check_totals({by_row[row]: order for row, (order, _plan) in prepared.items()})
        self._confirm_orders({by_row[row]: order for row, (order, _plan) in prepared.items()})
        self.env["marketplace.inbox"].concat(*by_row)._set_done(by_row)
        # Here and not at commit, for only this environment is quiet.
        self.env.flush_all()
        return orders

    def _confirm_orders(self, orders):
        """Confirm what the marketplace has accepted, and build transfers for what we ship.

        :param dict orders: ``{sale order: Order}``
        """
        cancelled = self._select(orders, lambda order: order.status is OrderStatus.CANCELLED)
        live = self._select(orders, lambda o: o.status is not OrderStatus.CANCELLED and o.status not in NOT_FINAL)
        if cancelled:
            cancelled.write({"state": "cancel"})
        self._confirm_live(live)
        holds = {sale_order: self._find_hold(sale_order, order) for sale_order, order in orders.items()}
        self.env["sale.order"]._hold_each({sale_order: hold for sale_order, hold in holds.items() if hold})

    def _select(self, orders, predicate):
        return self.env["sale.order"].concat(*(sale for sale, order in orders.items() if predicate(order)))

    def _confirm_live(self, orders):
        if orders:
            orders.with_context(skip_procurement=True).action_confirm()
            self.env["marketplace.delivery.builder"]._build(orders)

    @api.model
    def _confirm_released(self, orders):
        """Confirm draft orders of which a person decided that they may be shipped."""
        for company, company_orders in orders.grouped("company_id").items():
            importer = self.with_company(company).with_context(**QUIET)
            importer._confirm_live(company_orders.with_env(importer.env))
        orders._enqueue_reservation()

    def _find_hold(self, sale_order, order, seen=(None, None)):
        """What a person must decide before shipping.

        :param seen: the marketplace's word for the status and its warnings at the revision before; what a person has
            released is not raised again
        :return: ``(reason, note)``; ``None`` when there is nothing
        """
        word, warnings = seen
        if order.status is OrderStatus.UNFULFILLABLE:
            reason, note = "unfulfillable", self.env._("The marketplace cannot fulfil this order.")
        elif order.status is OrderStatus.UNKNOWN and word != order.status_text:
            reason = "unknown"
            note = self.env._("The marketplace calls the status '%s', which is not known here.", order.status_text)
        elif order.status not in (OrderStatus.UNSHIPPED, OrderStatus.PARTIALLY_SHIPPED):
            return None
        elif order.cancel_request and not sale_order._has_declined_cancel():
            reason, note = "cancel_request", self.env._("The buyer asks to cancel: %s", order.cancel_request)
        elif order.fulfilment is Fulfilment.MERCHANT and self._lacks_address(sale_order, order):
            reason, note = "address", self.env._("The marketplace gives no delivery address.")
        elif order.warnings and warnings != "\n".join(order.warnings):
            reason, note = "risk", self.env._("The marketplace warns:")
        else:
            return None
        return reason, "\n".join([note, *order.warnings])

    def _lacks_address(self, sale_order, order):
        """Whether nobody could address the parcel. A marketplace that prints the label may hide the address from us."""
        if not order.address:
            return True
        return order.address.masked and not sale_order.marketplace_shop_id.can_label

    def _check_totals(self, orders):
        """The books must say what the marketplace says, to the cent.

        :param dict orders: ``{sale order: Order}``
        :raise ValidationError: an order's total differs
        """
        for sale_order, order in orders.items():
            if order.status is OrderStatus.CANCELLED and not sale_order.order_line:
                continue  # what it would have cost is nobody's debt
            stated = order.total and float(order.total.amount)
            if stated is not None and sale_order.currency_id.compare_amounts(sale_order.amount_total, stated):
                raise ValidationError(
                    self.env._(
                        "%(order)s: the total in Odoo is %(odoo)s, the marketplace states %(stated)s. "
                        "Check the taxes of the products.",
                        order=order.external_id,
                        odoo=sale_order.amount_total,
                        stated=order.total.text,
                    )
                )

    # === NUMBERS === #

    def _get_order_sequence(self):
        return self.env["ir.sequence"].search(
            [("code", "=", "sale.order"), ("company_id", "in", [self.env.company.id, False])],
            order="company_id",
            limit=1,
        )

    @api.model
    def _next_names(self, sequence, count):
        """The next ``count`` numbers of a sequence, in one query where its numbers may have gaps."""
        if sequence.implementation != "standard" or sequence.use_date_range:
            return [sequence.next_by_id() for _number in range(count)]
        self.env.cr.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [f"ir_sequence_{sequence.id:03d}", count])
        return [sequence.get_next_char(number) for (number,) in self.env.cr.fetchall()]

    # === PROBLEMS === #

    def _wait(self, row, order, wait):
        """Leave a row in the inbox until something is set up; unknown SKUs become listings to be matched."""
        key = wait.key
        if wait.code == "unknown_sku":
            key = "\n".join(self._list_unmatched(row.shop_id, order))
        row._set_problem("waiting", wait.code, wait.message, wait.advice, key)

    def _list_unmatched(self, shop, order):
        """Make sure each unmatched SKU of an order is a listing that a person can match.

        :return: the unmatched SKUs
        """
        Listing = self.env["marketplace.listing"]
        listings = Listing.search([("shop_id", "=", shop.id), ("sku", "in", [line.sku for line in order.lines])])
        matched = set(listings.filtered("product_id").mapped("sku"))
        known = set(listings.mapped("sku"))
        missing = {line.sku: line for line in order.lines if line.sku not in matched}
        Listing.create(
            [
                {
                    "shop_id": shop.id,
                    "sku": sku,
                    "title": line.title or sku,
                    "external_product_id": line.product_id,
                    "fulfilment": order.fulfilment.value,
                }
                for sku, line in missing.items()
                if sku not in known
            ]
        )
        return list(missing)

    def _fail(self, row, code, error, advice):
        row._set_problem("failed", code, str(error), advice)
