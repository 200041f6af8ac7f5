from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..freight import Currency, FreightError
from ..freight.table_file import Column, NumberReader, Problem, TableFileError

COLUMNS = (
    Column("tracking", ("tracking number", "tracking", "waybill", "运单号", "跟踪号"), required=True),
    Column("amount", ("amount", "freight", "charge", "金额", "运费"), required=True, numeric=True),
    Column("currency", ("currency", "币种")),
)
UNKNOWN_SHOWN = 50


class MarketplaceFreightActual(models.TransientModel):
    """A carrier's bill: what each tracking number has cost."""

    _name = "marketplace.freight.actual"
    _inherit = ["marketplace.table.import"]
    _description = "Import Actual Freight"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Of lines that name no currency.",
    )
    date = fields.Date(
        "Bill Date", required=True, default=fields.Date.context_today, help="Foreign amounts take its exchange rate."
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    number_count = fields.Integer("Tracking Numbers", readonly=True)
    parcel_count = fields.Integer("Parcels", readonly=True)
    amount = fields.Monetary("Freight", currency_field="company_currency_id", readonly=True)
    unknown_count = fields.Integer(readonly=True)
    unknown = fields.Text("Unknown Tracking Numbers", readonly=True)
    skip_unknown = fields.Boolean("Leave Them Out", help="Import the other lines. The unknown ones are not kept.")

    @api.model
    def _get_columns(self):
        return COLUMNS

    def _get_template_lines(self):
        return [["JD014600003828392831", "7.35", self.currency_id.name], ["1Z999AA10123456784", "12.90", ""]]

    def _get_template_name(self):
        return "actual-freight.csv"

    # === STEPS === #

    def action_preview(self):
        """Read the bill and say what it would change."""
        amounts = self._read_file(self._parse, others_allowed=True)
        found = self.env["marketplace.routing.parcel"]._find_by_tracking(self.company_id, amounts)
        unknown = sorted(amounts.keys() - found.keys())
        self.write(
            {
                "state": "preview",
                "number_count": len(amounts),
                "parcel_count": len({parcel.id for parcels in found.values() for parcel in parcels}),
                "amount": float(sum((amounts[number] for number in found), Decimal(0))),
                "unknown_count": len(unknown),
                "unknown": "\n".join(unknown[:UNKNOWN_SHOWN]),
                "skip_unknown": False,
            }
        )
        return self._reopen()

    def action_import(self):
        """Write the freight of the parcels, all of them or none."""
        amounts = self._read_file(self._parse, others_allowed=True)
        Parcel = self.env["marketplace.routing.parcel"]
        parcels, unknown = Parcel._apply_bill(self.company_id, amounts)
        if unknown and not self.skip_unknown:
            raise UserError(
                self.env._(
                    "Nothing was changed. No parcel has these tracking numbers:\n%(numbers)s\n\nCorrect them, or "
                    "choose to leave them out.",
                    numbers="\n".join(unknown[:UNKNOWN_SHOWN]),
                )
            )
        return parcels._get_records_action(name=self.env._("Imported Freight"))

    def _parse(self, records):
        """Amounts by tracking number in the company's currency; a number that comes twice adds up.

        :raises TableFileError: with every line that cannot be read
        """
        numbers = NumberReader(record.values["amount"] for record in records)
        currencies = {currency.name: currency for currency in self.env["res.currency"].search_fetch([], ["name"])}
        amounts, problems = defaultdict(Decimal), []
        for record in records:
            try:
                tracking, currency, amount = self._read_line(record.values, numbers, currencies)
            except FreightError as error:
                problems.append(Problem(record.line, error.code, error.values))
                continue
            amounts[tracking, currency] += amount
        if problems:
            raise TableFileError(problems)
        return self._convert(amounts)

    def _read_line(self, values, numbers, currencies):
        tracking = str(values["tracking"]).replace(" ", "")
        if not tracking:
            raise FreightError("tracking_missing", "The tracking number is missing.")
        amount = numbers.parse(values["amount"])
        if amount is None:
            raise FreightError("number_missing", "There is no number in the column '{column}'.", column="amount")
        code = str(values["currency"]).upper()
        if code and code not in currencies:
            raise FreightError("currency_unknown", "There is no active currency {currency}.", currency=code)
        return tracking, currencies[code] if code else self.currency_id, amount

    def _convert(self, amounts):
        own = self.company_id.currency_id
        unit = Currency(own.name, Decimal(str(own.rounding)))
        rates = (own | self.env["res.currency"].concat(*{currency for _number, currency in amounts}))._get_rates(
            self.company_id, self.date
        )
        converted = defaultdict(Decimal)
        for (number, currency), amount in amounts.items():
            rate = Decimal(str(rates[own.id])) / Decimal(str(rates[currency.id]))
            converted[number] += unit.round(amount * rate)
        return dict(converted)
