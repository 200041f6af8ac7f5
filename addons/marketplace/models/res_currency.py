from odoo import models


class ResCurrency(models.Model):
    _inherit = "res.currency"

    def _is_rated(self, company):
        """Whether a company can convert the currency. Odoo counts one without any rate as 1:1, without a word.

        :param company: its own currency needs no rate; rates of its branches' root count, and those of all companies
        """
        self.ensure_one()
        root = company.root_id
        return self == company.currency_id or any(
            rate.company_id in (root, root.browse()) for rate in self.sudo().rate_ids
        )
