import logging
from datetime import timezone

from odoo import api, fields, models
from odoo.addons.marketplace.contract import ConnectorError

_logger = logging.getLogger(__name__)

WAITING = ("waiting", "failed")


class MarketplaceHold(models.Model):
    """Orders that could not be imported are on the desk like any other hold."""

    _inherit = "marketplace.hold"

    @api.model
    def _follow_inbox(self, rows):
        """Put rows on the desk that wait, and take off it what no longer does, in a constant number of queries.

        :param rows: inbox rows that were just processed; what replaced an earlier row also takes that one off
        """
        self = self.sudo()
        rows = rows.sudo()
        waiting = rows.filtered(lambda row: row.state in WAITING)
        domain = [("shop_id", "in", rows.shop_id.ids), ("state", "=", "open")]
        self.search([*domain, ("inbox_id.state", "in", ["done", "superseded"])])._close("solved")
        known = self.search([("inbox_id", "in", waiting.ids), ("state", "in", ["open", "released"])])
        held = {hold.inbox_id: hold for hold in known if hold.state == "open"}
        decided = {(hold.inbox_id, hold.fingerprint) for hold in known}
        new = rows.browse()
        for row in waiting:
            vals = row._prepare_hold_vals()
            if row in held:
                held[row].write({field: value for field, value in vals.items() if held[row][field] != value})
            elif (row, vals["fingerprint"]) not in decided:
                new += row
        self.create(self._plan(new._prepare_new_holds()))


class MarketplaceInbox(models.Model):
    _inherit = "marketplace.inbox"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `marketplace`: what is too damaged to be imported is on the desk at once."""
        rows = super().create(vals_list)
        self.env["marketplace.hold"]._follow_inbox(rows)
        return rows

    def _prepare_hold_vals(self):
        """What a hold says of the row, which may change with every attempt."""
        return {
            "kind": "unmapped" if self.reason_code == "unknown_sku" else "inbox",
            "note": "\n".join(text for text in (self.message, self.advice) if text),
            "fingerprint": f"{self.reason_code}\n{self.reason_key or self.message}",
        }

    def _prepare_new_holds(self):
        """Values of holds for rows that are not on the desk yet."""
        orders = self._read_orders()
        rates = self._get_rates({order.total.currency for order in orders.values() if order.total})
        vals_list = []
        for row in self:
            order = orders.get(row)
            ship_by = order and order.ship_by and order.ship_by.end
            total = order and order.total
            vals_list.append(
                {
                    **row._prepare_hold_vals(),
                    "inbox_id": row.id,
                    "shop_id": row.shop_id.id,
                    "reference": row.external_id,
                    "amount": float(total.amount) * rates.get((row.company_id, total.currency), 0) if total else 0,
                    "ship_by": ship_by and ship_by.astimezone(timezone.utc).replace(tzinfo=None),
                    "evidence": row._list_items(order),
                }
            )
        return vals_list

    def _read_orders(self):
        """Orders of the payloads, without those that cannot be read: that may be why they wait.

        :return: ``{row: Order}``
        """
        orders, connectors = {}, {}
        for row in self.filtered(lambda row: row.kind == "order" and row.payload):
            account = row.shop_id.account_id
            try:
                if account not in connectors:
                    connectors[account] = account._get_connector()
                orders[row] = connectors[account].parse_order(row.payload)
            except ConnectorError as error:
                _logger.info("What waits as %s cannot be shown in full: %s", row.external_id, error)
        return orders

    def _get_rates(self, codes):
        """What one unit of a currency is worth today.

        :return: ``{(company, currency code): rate to the company's currency}``
        """
        currencies = self.env["res.currency"].with_context(active_test=False).search([("name", "in", list(codes))])
        today = fields.Date.today()
        return {
            (company, currency.name): currency._get_conversion_rate(currency, company.currency_id, company, today)
            for company in self.company_id
            for currency in currencies
        }

    def _list_items(self, order):
        """Evidence: what the buyer wants, and for how much."""
        if not order:
            return False
        items = [{"label": line.sku, "value": f"{line.quantity} × {line.title}"} for line in order.lines]
        if order.total:
            items.append({"label": self.env._("Total"), "value": f"{order.total.amount} {order.total.currency}"})
        return items


class MarketplaceOrderImporter(models.AbstractModel):
    _inherit = "marketplace.order.importer"

    @api.model
    def _import_rows(self, rows):
        """Override of `marketplace`: what waits is on the desk."""
        result = super()._import_rows(rows)
        self.env["marketplace.hold"]._follow_inbox(rows)
        return result


class MarketplaceReturnImporter(models.AbstractModel):
    _inherit = "marketplace.return.importer"

    @api.model
    def _import_rows(self, rows):
        """Override of `marketplace`: what waits is on the desk."""
        result = super()._import_rows(rows)
        self.env["marketplace.hold"]._follow_inbox(rows)
        return result
