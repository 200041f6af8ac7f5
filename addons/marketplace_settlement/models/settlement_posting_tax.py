from decimal import Decimal

from odoo.exceptions import UserError

from ..engine import Split, TaxPart, Unbalanced


class TaxSplitter:
    """Takes taxes out of gross amounts, by Odoo's tax engine; equal amounts once.

    :param settlement: whose company and currency they are of
    :param unit: smallest coin of the currency
    """

    def __init__(self, settlement, unit):
        self._company = settlement.company_id
        self._currency = settlement.currency_id
        self._taxes = settlement.env["account.tax"].sudo().with_company(self._company)
        self._accounts = settlement.env["account.account"].sudo()
        self._unit = unit
        self._known = {}

    def __call__(self, account, taxes, amount):
        """
        :param int account: of the net amount
        :param tuple taxes: ids
        :param Decimal amount: gross, positive: debit
        :return: :class:`~odoo.addons.marketplace_settlement.engine.Split`
        :raise Unbalanced: the taxes are not contained in the amount, as fixed ones
        """
        key = account, taxes, amount
        if key not in self._known:
            self._known[key] = self._split(*key)
        return self._known[key]

    def _split(self, account, taxes, amount):
        line = self._compute(account, self._taxes.browse(taxes), amount)
        sign = 1 if amount > 0 else -1
        parts = tuple(
            TaxPart(
                account=part["account"].id,
                amount=sign * self._to_decimal(part["tax_amount_currency"]),
                base=sign * self._to_decimal(tax["base_amount_currency"]),
                details=(part["tax_rep"].id, tax["group"].id, tuple(part["taxes"].ids), tuple(part["tax_tags"].ids)),
            )
            for tax in line["tax_details"]["taxes_data"]
            for part in tax["tax_reps_data"]
        )
        net = amount - sum(part.amount for part in parts)
        found = sign * self._to_decimal(line["tax_details"]["total_excluded_currency"])
        if abs(net - found) > self._unit * max(1, len(parts)):
            raise Unbalanced(found + amount - net, amount)
        return Split(net, parts, tuple(line["tax_tag_ids"].ids))

    def _compute(self, account, taxes, amount):
        kinds = set(taxes.mapped("type_tax_use"))
        if len(kinds) > 1:
            raise UserError(
                taxes.env._("Taxes of sales and of purchases cannot be mixed: %s", ", ".join(taxes.mapped("name")))
            )
        line = self._taxes._prepare_base_line_for_taxes_computation(
            {},
            tax_ids=taxes,
            price_unit=float(abs(amount)),
            quantity=1.0,
            currency_id=self._currency,
            account_id=self._accounts.browse(account),
            special_mode="total_included",
            # As Odoo tells invoices from refunds in a journal entry: by the side of the line.
            is_refund=(amount > 0) == (kinds == {"sale"}),
        )
        self._taxes._add_tax_details_in_base_lines([line], self._company)
        self._taxes._round_base_lines_tax_details([line], self._company)
        self._taxes._add_accounting_data_in_base_lines_tax_details([line], self._company)
        return line

    def _to_decimal(self, amount):
        return Decimal(str(amount)).quantize(self._unit)
