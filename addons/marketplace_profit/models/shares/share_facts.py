import re

from odoo import api, models
from odoo.tools import SQL


class ProfitEntry(models.Model):
    """Facts of shared costs: each part, and what is taken from where the cost was. They add up to nothing."""

    _inherit = "profit.entry"

    @api.model
    def _get_fact_sources(self, company, first, last):
        """Add the approved vouchers of shared costs."""
        return [
            *super()._get_fact_sources(company, first, last),
            ("share_source", self._sql_share_sources(company, first)),
            ("share", self._sql_share_lines(company, first)),
        ]

    @api.model
    def _sql_share_sources(self, company, first):
        """What vouchers take: the sum of each cost's parts, so that they never differ from it."""
        return self._sql_facts(
            {
                **self._get_share_values(),
                "key": "'a' || share.id || '-' || source.id",
                "shop_id": "source.shop_id",
                "amount_currency": "-part.amount_currency",
                "amount": "-part.amount",
            },
            SQL(
                """FROM profit_share share
                   JOIN profit_share_source source ON source.share_id = share.id
                   JOIN LATERAL (
                        SELECT SUM(amount) AS amount, SUM(amount_currency) AS amount_currency
                          FROM profit_share_line WHERE source_id = source.id) AS part ON part.amount IS NOT NULL
                  WHERE %s""",
                self._get_share_condition(company, first),
            ),
        )

    @api.model
    def _sql_share_lines(self, company, first):
        """What SKUs, shops and order lines get. It stays on the cost's account of the ledger, and in its country
        unless it goes to a shop that the cost did not name."""
        return self._sql_facts(
            {
                **self._get_share_values(),
                "key": "'a' || share.id || '+' || line.id",
                "account_id": "CASE WHEN line.shop_id IS NULL THEN source.account_id END",
                "shop_id": "line.shop_id",
                "country_id": "CASE WHEN line.shop_id IS NOT DISTINCT FROM source.shop_id THEN source.country_id END",
                "product_id": "line.product_id",
                "sale_line_id": "line.sale_line_id",
                "amount_currency": "line.amount_currency",
                "amount": "line.amount",
            },
            SQL(
                """FROM profit_share share
                   JOIN profit_share_line line ON line.share_id = share.id
                   JOIN profit_share_source source ON source.id = line.source_id
                  WHERE %s""",
                self._get_share_condition(company, first),
            ),
        )

    @api.model
    def _get_share_values(self):
        return {
            "day": "source.day",
            "origin": "'share'",
            "kind_id": "source.kind_id",
            "account_id": "source.account_id",
            "country_id": "source.country_id",
            "currency_id": "source.currency_id",
            "ledger_account_id": "source.ledger_account_id",
        }

    @api.model
    def _get_share_condition(self, company, first):
        """Vouchers that count: approved ones, and reversed ones that a red voucher takes back."""
        return SQL(
            """share.company_id = %s AND share.month = %s
               AND (share.state = 'approved'
                    OR EXISTS (SELECT FROM profit_share red WHERE red.reversal_of_id = share.id))""",
            company.id,
            first,
        )

    def _get_source(self):
        """Override: a part of a shared cost was made from its voucher."""
        source = super()._get_source()
        if self.origin != "share":
            return source
        return self.env["profit.share"].browse(int(re.match(r"a(\d+)", self.key)[1]))
