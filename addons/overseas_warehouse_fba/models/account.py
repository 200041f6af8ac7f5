from odoo import fields, models
from odoo.exceptions import UserError

from ..connector import AmazonFba, FbaProvider


class OverseasAccount(models.Model):
    _inherit = "overseas.account"

    provider = fields.Selection(selection_add=[("fba", "Fulfilment by Amazon")], ondelete={"fba": "set default"})
    fba_account_id = fields.Many2one(
        "marketplace.account",
        "Amazon Account",
        domain="[('provider', '=', 'amazon'), ('company_id', '=', company_id)]",
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
        help="Seller account whose stock lies at Amazon; its access is used. Each of its marketplaces is a warehouse.",
    )
    fba_comment = fields.Char(
        "Packing Slip Text",
        default=lambda self: self.env._("Thank you for your order."),
        help="Printed on the packing slip of orders that Amazon ships for your other shops. Amazon demands a text.",
    )

    # === CONNECTOR === #

    def _build_connector(self):
        """Override of `marketplace.connection` to speak to Amazon with the seller account's access.

        `connector.fba` is the whole of FBA: reports, inventory, inbound plans.
        """
        if self.provider != "fba":
            return super()._build_connector()
        self._require_settings("fba_account_id")
        seller = self.sudo().fba_account_id
        if seller.provider != "amazon":
            raise UserError(self.env._("%s is no Amazon account. Choose one.", seller.name))
        seller._require_settings("amazon_region", "amazon_client_id", "amazon_client_secret", "amazon_refresh_token")
        endpoint = seller.amazon_endpoint
        fba = AmazonFba(
            seller._prepare_amazon_credentials(seller._get_secrets()),
            bucket_store=self._get_bucket_store(),
            endpoint=endpoint or None,
            lwa_endpoint=f"{endpoint.rstrip('/')}/auth/o2/token" if endpoint else None,
        )
        return FbaProvider(fba, self.fba_comment or self.env._("Thank you for your order."))

    def _get_connector_signature(self):
        """Override of `marketplace.connection`: the access is the seller account's."""
        signature = super()._get_connector_signature()
        seller = self.sudo().fba_account_id
        return (*signature, seller._get_connector_signature()) if seller else signature

    def _enqueue_waiting(self):
        """Override of `overseas_warehouse`: reports that were asked for are asked about again."""
        result = super()._enqueue_waiting()
        self.env["fba.sheet"].search([("warehouse_id.account_id", "in", self.ids), ("state", "=", "asked")])._enqueue()
        return result


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    def _end_waiting(self):
        """Override of `marketplace.connection`: what waited at Amazon's warehouses goes on as well."""
        result = super()._end_waiting()
        domain = [("fba_account_id", "in", self.ids), ("needs_authorisation", "=", True)]
        self.env["overseas.account"].sudo().search(domain)._end_waiting()
        return result
