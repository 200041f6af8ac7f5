from odoo import api, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.fields import Command
from psycopg2.errors import UniqueViolation

LINE_FIELDS = ("external_id", "line_ref", "product_id", "sku", "quantity", "reason", "amount_text", "restock")


class MarketplaceReturnImporter(models.AbstractModel):
    """Turns inbox rows into returns, a batch at a time: new ones are created at once, known ones follow their
    newest revision. A return whose order is not here waits for it."""

    _name = "marketplace.return.importer"
    _description = "Marketplace Return Import"

    _batch_size = 500

    @api.model
    def _import_rows(self, rows):
        """Import inbox rows of kind ``return``; afterwards each is done, waiting, failed or superseded.

        :return: returns that were created or changed
        """
        result = self.env["marketplace.return"]
        for company, company_rows in rows.grouped("company_id").items():
            importer = self.with_company(company)
            for start in range(0, len(company_rows), self._batch_size):
                result |= importer._import_batch(company_rows[start : start + self._batch_size].with_env(importer.env))
        return result

    def _import_batch(self, rows):
        latest = rows._drop_superseded(rows._parse("parse_return"))
        orders = self._find_orders(latest)
        currencies = self._find_currencies(latest)
        known = self._find_returns(latest)
        ready, new = {}, []
        for row, parsed in latest.items():
            if row not in orders:
                self._wait_for_order(row, parsed)
            elif missing := self._get_codes(parsed) - set(currencies):
                self._wait_for_currency(row, missing)
            else:
                vals = self._prepare_vals(row.shop_id, parsed, orders[row], currencies)
                if row in known:
                    ready[row] = self._apply_revision(row, known[row], vals)
                else:
                    new.append((row, vals))
        created = self._create_new([vals for _row, vals in new])
        ready.update(zip((row for row, _vals in new), created, strict=True))
        done = rows.browse(row.id for row in ready)
        done._set_done({row: record.order_id for row, record in ready.items()})
        records = self.env["marketplace.return"].concat(*ready.values())
        records._link_own_refunds()
        return records

    def _create_new(self, vals_list):
        """Create returns. What another job created at the same moment is only visible to a new transaction, so that
        this one is run again."""
        try:
            with self.env.cr.savepoint():
                return self.env["marketplace.return"].create(vals_list)
        except UniqueViolation as error:
            raise RetryableJobError(str(error), seconds=2, ignore_retry=True) from error

    # === WHAT IS HERE === #

    def _find_orders(self, latest):
        """:return: ``{row: sale order}`` of those that are here"""
        refs = [parsed.order_id for parsed in latest.values()]
        shops = [row.shop_id.id for row in latest]
        orders = self.env["sale.order"].search([("marketplace_ref", "in", refs), ("marketplace_shop_id", "in", shops)])
        by_key = {(order.marketplace_shop_id.id, order.marketplace_ref): order for order in orders}
        found = {row: by_key.get((row.shop_id.id, parsed.order_id)) for row, parsed in latest.items()}
        return {row: order for row, order in found.items() if order}

    def _find_returns(self, latest):
        """:return: ``{row: return}`` of those that are here"""
        names = [parsed.external_id for parsed in latest.values()]
        shops = [row.shop_id.id for row in latest]
        records = self.env["marketplace.return"].search([("name", "in", names), ("shop_id", "in", shops)])
        by_key = {(record.shop_id.id, record.name): record for record in records}
        found = {row: by_key.get((row.shop_id.id, parsed.external_id)) for row, parsed in latest.items()}
        return {row: record for row, record in found.items() if record}

    def _find_currencies(self, latest):
        """:return: ``{code: currency}``"""
        codes = set().union(*(self._get_codes(parsed) for parsed in latest.values()))
        return {currency.name: currency for currency in self.env["res.currency"].search([("name", "in", list(codes))])}

    def _get_codes(self, parsed):
        amounts = [parsed.refund, *(line.amount for line in parsed.lines)]
        return {amount.currency for amount in amounts if amount}

    # === PROBLEMS === #

    def _wait_for_order(self, row, parsed):
        row._set_problem(
            "waiting",
            "unknown_order",
            self.env._("The order %s is not here.", parsed.order_id),
            self.env._("The return comes in as soon as its order does. Fetch the orders of that time again."),
            parsed.order_id,
        )

    def _wait_for_currency(self, row, codes):
        names = ", ".join(sorted(codes))
        row._set_problem(
            "waiting",
            "currency",
            self.env._("The currency %s is not active.", names),
            self.env._("Activate it under Accounting > Configuration > Currencies, then retry."),
            "\n".join(sorted(codes)),
        )

    # === VALUES === #

    def _prepare_vals(self, shop, parsed, order, currencies):
        """Values of a return, its lines as a list of values.

        :param parsed: :class:`~..contract.Return`
        """
        amounts = [parsed.refund, *(line.amount for line in parsed.lines)]
        code = next((amount.currency for amount in amounts if amount), None)
        lines = order._get_lines_by_ref()
        return {
            "name": parsed.external_id,
            "order_id": order.id,
            "shop_id": shop.id,
            "kind": parsed.kind.value,
            "state": parsed.status.value,
            "status_text": parsed.status_text,
            "requested_at": parsed.created_at.replace(tzinfo=None),
            "updated_at": parsed.updated_at.replace(tzinfo=None),
            "answer_by": parsed.answer_by.replace(tzinfo=None) if parsed.answer_by else False,
            "revision": parsed.revision,
            "reason": parsed.reason,
            "note": parsed.note,
            "carrier": parsed.carrier,
            "tracking": parsed.tracking,
            "currency_id": currencies[code].id if code else order.currency_id.id,
            "refund_amount": float(parsed.refund.amount) if parsed.refund else 0.0,
            "refund_text": parsed.refund.text if parsed.refund else False,
            "line_ids": [
                Command.create(self._prepare_line_vals(line, lines.get(line.order_line_id), currencies, order))
                for line in parsed.lines
            ],
        }

    def _prepare_line_vals(self, line, order_lines, currencies, order):
        order_line = order_lines[0] if order_lines else self.env["sale.order.line"]
        return {
            "external_id": line.external_id,
            "line_ref": line.order_line_id,
            "order_line_id": order_line.id,
            "product_id": order_line.product_id.id,
            "sku": line.sku,
            "quantity": line.quantity,
            "reason": line.reason,
            "currency_id": currencies[line.amount.currency].id if line.amount else order.currency_id.id,
            "amount": float(line.amount.amount) if line.amount else 0.0,
            "amount_text": line.amount.text if line.amount else False,
            "restock": line.restock.value,
        }

    # === REVISIONS === #

    def _apply_revision(self, row, record, vals):
        """Bring a return up to date; an older revision changes nothing."""
        if record.updated_at and vals["updated_at"] < record.updated_at:
            return record
        lines = [command[2] for command in vals.pop("line_ids")]
        vals = {
            name: value
            for name, value in vals.items()
            if record._fields[name].convert_to_write(record[name], record) != value
        }
        if self._read_lines(record) != [tuple(line[name] or False for name in LINE_FIELDS) for line in lines]:
            vals["line_ids"] = [Command.clear(), *(Command.create(line) for line in lines)]
        record.write(vals)
        return record

    def _read_lines(self, record):
        result = []
        for line in record.line_ids.sorted("id"):
            values = [line._fields[name].convert_to_write(line[name], line) for name in LINE_FIELDS]
            result.append(tuple(value or False for value in values))
        return result
