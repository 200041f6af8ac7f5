import hashlib
from collections import Counter
from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.marketplace.contract import Money
from odoo.exceptions import UserError

from ..connector.compensation import Reimbursement

CLAIM_KINDS = [
    ("lost", "Lost"),
    ("damaged", "Damaged"),
    ("shortage", "Short Receipt"),
    ("removal", "Removal That Never Came"),
    ("return", "Return That Never Came"),
]


class FbaReimbursement(models.Model):
    """What Amazon paid or gave back, row by row; what settles no claim waits visibly."""

    _name = "fba.reimbursement"
    _description = "FBA Reimbursement"
    _order = "approved_at desc, id desc"
    _rec_name = "number"

    warehouse_id = fields.Many2one("overseas.warehouse", required=True, readonly=True, ondelete="restrict", index=True)
    account_id = fields.Many2one(related="warehouse_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    sheet_id = fields.Many2one("fba.sheet", "Report", readonly=True, ondelete="restrict", index=True)
    key = fields.Char(required=True, readonly=True)
    number = fields.Char(required=True, readonly=True)
    approved_at = fields.Datetime(required=True, readonly=True)
    case_number = fields.Char("Case", readonly=True)
    order_number = fields.Char("Order", readonly=True)
    reason = fields.Char(required=True, readonly=True, help="As Amazon calls it.")
    msku = fields.Char("SKU", readonly=True)
    fnsku = fields.Char("FNSKU", required=True, readonly=True)
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict", index="btree_not_null")
    condition = fields.Char(readonly=True)
    cash_units = fields.Integer("Units Paid", readonly=True)
    stock_units = fields.Integer("Units Replaced", readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    original_number = fields.Char("Takes Back", readonly=True, help="The reimbursement that this row takes back.")
    claim_kind = fields.Selection(
        CLAIM_KINDS, "Paid For", help="What Amazon pays by this reason, where its word does not tell. Holds for all."
    )
    left_units = fields.Integer("Units Left", readonly=True, help="Units that settle no claim.")
    left_amount = fields.Monetary("Amount Left", readonly=True)
    left_reason = fields.Selection(
        [
            ("reason", "Its reason is not known: choose what it is paid for"),
            ("claim", "No such claim is open"),
            ("reversal", "The reimbursement it takes back is not in the list"),
        ],
        "Why",
        readonly=True,
    )

    _key_uniq = models.Constraint("UNIQUE(account_id, key)", "This reimbursement is recorded already.")

    @api.model
    def _take(self, sheet, records):
        """Record reimbursements, each once, and match them with the claims.

        :param records: of :class:`Reimbursement`
        :return: number of those that are new
        """
        warehouse = sheet.warehouse_id
        by_key = _get_keys(records)
        domain = [("account_id", "=", warehouse.account_id.id), ("key", "in", list(by_key))]
        known = set(self.search(domain).mapped("key"))
        fresh = {key: record for key, record in by_key.items() if key not in known}
        products = warehouse._get_fba_products({record.msku for record in fresh.values()})
        currencies = self._get_currencies({record.amount.currency for record in fresh.values()})
        created = self.create(
            [
                {
                    **self._prepare_vals(record, products, currencies),
                    "key": key,
                    "warehouse_id": warehouse.id,
                    "sheet_id": sheet.id,
                }
                for key, record in fresh.items()
            ]
        )
        self.env["fba.claim"]._refresh(warehouse)
        return len(created)

    @api.model
    def _get_currencies(self, names):
        currencies = self.env["res.currency"].with_context(active_test=False).search([("name", "in", list(names))])
        if missing := names - set(currencies.mapped("name")):
            raise UserError(
                self.env._(
                    "Odoo does not know the currency %s. Create it, then read again.", ", ".join(sorted(missing))
                )
            )
        return {currency.name: currency for currency in currencies}

    @api.model
    def _prepare_vals(self, record, products, currencies):
        return {
            "number": record.reimbursement_id,
            "approved_at": record.approved_at.replace(tzinfo=None),
            "case_number": record.case_id,
            "order_number": record.order_id,
            "reason": record.reason,
            "msku": record.msku,
            "fnsku": record.fnsku,
            "product_id": products[record.msku].id if record.msku in products else False,
            "condition": record.condition,
            "cash_units": record.cash_units,
            "stock_units": record.stock_units,
            "amount": record.amount.amount,
            "currency_id": currencies[record.amount.currency].id,
            "original_number": record.original_id,
        }

    def _get_record(self):
        """The row in the words of the connector, exact."""
        text = f"{self.amount:.{self.currency_id.decimal_places}f}"
        return Reimbursement(
            reimbursement_id=self.number,
            approved_at=fields.Datetime.to_datetime(self.approved_at),
            case_id=self.case_number or "",
            order_id=self.order_number or "",
            reason=self.reason,
            msku=self.msku or "",
            fnsku=self.fnsku,
            condition=self.condition or "",
            cash_units=self.cash_units,
            stock_units=self.stock_units,
            amount=Money(Decimal(text), self.currency_id.name, text),
            unit_amount=None,
            original_id=self.original_number or "",
        )

    def action_match(self):
        """Match all reimbursements of the warehouses with the claims again."""
        self.check_access("write")
        for warehouse in self.warehouse_id:
            self.env["fba.claim"].sudo()._refresh(warehouse)


def _get_keys(records):
    """``{key: record}``; rows that are equal in everything are different reimbursements."""
    seen, found = Counter(), {}
    for record in records:
        parts = (record.reimbursement_id, record.approved_at, record.reason, record.msku, record.fnsku)
        parts += (record.condition, record.cash_units, record.stock_units, record.amount.amount, record.original_id)
        digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:24]
        seen[digest] += 1
        found[f"{digest}#{seen[digest]}"] = record
    return found
