from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.classification import Knowledge


class OverseasWarehouse(models.Model):
    _inherit = "overseas.warehouse"

    is_fba = fields.Boolean("Fulfilment by Amazon", compute="_compute_is_fba", store=True)
    fba_from = fields.Date(
        "Ledger Since",
        readonly=True,
        copy=False,
        help="First day of the ledger. What lay at Amazon that morning is its opening balance.",
    )
    fba_moving_location_id = fields.Many2one(
        "stock.location",
        "Moving at Amazon",
        readonly=True,
        copy=False,
        ondelete="restrict",
        check_company=True,
        help="Units between two of Amazon's centres, or between sellable and not sellable.",
    )
    fba_book = fields.Boolean(
        "Book the Ledger",
        default=True,
        tracking=True,
        help="Approved rule: losses, finds, damages, returns, receipts and transfers of Amazon's ledger become stock "
        "moves by themselves. Off: they wait and are shown as differences.",
    )

    @api.depends("account_id.provider")
    def _compute_is_fba(self):
        for warehouse in self:
            warehouse.is_fba = warehouse.account_id.provider == "fba"

    # === CONNECTING === #

    @api.model
    def _create_from_infos(self, account, infos):
        """Override of `overseas_warehouse`: stock at Amazon has a place for what moves there, and its shops ship from
        it."""
        warehouses = super()._create_from_infos(account, infos)
        if account.provider == "fba":
            warehouses._add_moving_locations()
            warehouses._serve_shops()
        return warehouses

    @api.model
    def _get_stock_warehouses(self, account, infos):
        """Override of `overseas_warehouse`: a shop's marketplace warehouse is the warehouse at Amazon."""
        if account.provider != "fba":
            return super()._get_stock_warehouses(account, infos)
        known = {
            shop.external_id: shop.fulfilment_warehouse_id
            for shop in account.sudo().fba_account_id.shop_ids
            if shop.fulfilment_warehouse_id
        }
        new = [info for info in infos if info.code not in known]
        created = iter(super()._get_stock_warehouses(account, new))
        found = [known[info.code] if info.code in known else next(created) for info in infos]
        shared = [warehouse.name for warehouse in found if found.count(warehouse) > 1]
        if shared:
            raise UserError(
                self.env._(
                    "Several of the chosen marketplaces keep their stock in %s. Connect one of them; its ledger holds "
                    "the stock of all.",
                    shared[0],
                )
            )
        return self.env["stock.warehouse"].browse([warehouse.id for warehouse in found])

    def _add_moving_locations(self):
        name = self.env._("Moving at Amazon")
        locations = (
            self.env["stock.location"]
            .sudo()
            .create(
                [
                    {
                        "name": f"{warehouse.warehouse_id.code}: {name}",
                        "usage": "transit",
                        "company_id": warehouse.company_id.id,
                    }
                    for warehouse in self
                ]
            )
        )
        for warehouse, location in zip(self, locations, strict=True):
            warehouse.fba_moving_location_id = location

    def _serve_shops(self):
        """Orders that Amazon ships leave from here, where a shop has no other place for them."""
        for warehouse in self:
            shops = warehouse.account_id.sudo().fba_account_id.shop_ids
            shops.filtered(
                lambda shop, code=warehouse.code: shop.external_id == code and not shop.fulfilment_warehouse_id
            ).fulfilment_warehouse_id = warehouse.warehouse_id

    # === WHAT THE LEDGER DOES NOT SAY === #

    def _get_fba_products(self, mskus):
        """``{MSKU: product}`` of those that are known: as entered at the account, or as the shops' listings say."""
        self.ensure_one()
        products = {
            listing.sku: listing.product_id
            for listing in self.env["marketplace.listing"]
            .sudo()
            .search(
                [
                    ("shop_id", "in", self.account_id.sudo().fba_account_id.shop_ids.ids),
                    ("sku", "in", list(mskus)),
                    ("product_id", "!=", False),
                ]
            )
        }
        products |= self.env["overseas.product"]._get_by_sku(self.account_id, mskus)
        return products

    def _get_fba_knowledge(self, references):
        """What Odoo knows of the documents that the ledger names.

        Parts of the addon that know inbound shipments or removal orders extend it by ``dataclasses.replace``.

        :param references: numbers as the ledger states them
        :return: :class:`~..engine.classification.Knowledge`
        """
        self.ensure_one()
        references = [reference for reference in references if reference]
        deliveries = (
            self.env["overseas.outbound"]
            .sudo()
            .search([("account_id", "=", self.account_id.id), ("reference", "in", references)])
        )
        orders = (
            self.env["sale.order"]
            .sudo()
            .search_fetch(
                [("company_id", "=", self.company_id.id), ("marketplace_ref", "in", references)],
                ["marketplace_ref", "marketplace_is_replacement"],
            )
        )
        sold = deliveries.filtered("picking_id.sale_id")
        sent_again = sold.filtered("picking_id.sale_id.marketplace_is_replacement")
        replacements = orders.filtered("marketplace_is_replacement").mapped("marketplace_ref")
        return Knowledge(
            mcf_orders=frozenset((sold - sent_again).mapped("reference")),
            replacements=frozenset([*replacements, *sent_again.mapped("reference")]),
            # Samples, gifts and what else is delivered without having been ordered.
            other_orders=frozenset((deliveries - sold).mapped("reference")),
            orders=frozenset([*orders.mapped("marketplace_ref"), *deliveries.mapped("reference")]),
        )
