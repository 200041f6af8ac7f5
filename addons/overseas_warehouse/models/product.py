from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.marketplace.contract import Money
from odoo.exceptions import UserError, ValidationError

from ..contract import ProductCard, ProductStatus, ProviderCapability


class OverseasProduct(models.Model):
    _name = "overseas.product"
    _description = "Product at an Operator of Overseas Warehouses"
    _inherit = ["overseas.sendable"]
    _check_company_auto = True
    _order = "sku, id"
    _rec_name = "sku"

    account_id = fields.Many2one("overseas.account", required=True, ondelete="cascade", index=True, check_company=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    product_id = fields.Many2one("product.product", required=True, ondelete="restrict", index=True, check_company=True)
    sku = fields.Char("SKU", required=True, help="How the operator's warehouses call the product.")
    reference = fields.Char(related="sku", string="Idempotency Key")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("pending", "To Send"),
            ("accepted", "Sent"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        help="Approved: the operator has checked the product; its warehouses take it.",
    )
    length_cm = fields.Float("Length (cm)", help="Of one packed unit.")
    width_cm = fields.Float("Width (cm)")
    height_cm = fields.Float("Height (cm)")
    weight_kg = fields.Float(
        "Weight (kg)", compute="_compute_weight_kg", store=True, readonly=False, digits="Stock Weight"
    )
    declared_name = fields.Char(help="For customs, in English, e.g. 'stainless steel cup'.")
    declared_name_local = fields.Char(help="For customs, in Chinese.")
    declared_value = fields.Monetary(help="For customs, of one unit.")
    currency_id = fields.Many2one("res.currency", required=True, default=lambda self: self.env.company.currency_id)
    has_battery = fields.Boolean()

    _sku_uniq = models.Constraint("UNIQUE(account_id, sku)", "This SKU is used already at this account.")
    _product_uniq = models.Constraint("UNIQUE(account_id, product_id)", "This product is known to this account.")

    @api.depends("product_id")
    def _compute_weight_kg(self):
        to_kg = self.env["product.template"]._get_weight_uom_id_from_ir_config_parameter()
        kilogram = self.env.ref("uom.product_uom_kgm")
        for record in self:
            record.weight_kg = to_kg._compute_quantity(record.product_id.weight, kilogram, round=False)

    @api.onchange("product_id")
    def _onchange_product_id(self):
        self.sku = self.sku or self.product_id.default_code
        self.declared_name = self.declared_name or self.product_id.with_context(lang="en_US").name

    # === WHO IS WHO === #

    @api.model
    def _get_by_product(self, account, products):
        """``{product: SKU}`` at an account.

        :raise ValidationError: the account does not know some of them
        """
        found = self.search([("account_id", "=", account.id), ("product_id", "in", products.ids)])
        sku_by_product = {record.product_id: record.sku for record in found}
        if unknown := products - found.product_id:
            raise ValidationError(
                self.env._(
                    "%(account)s does not know: %(products)s. Add them under Overseas Warehouses > Products.",
                    account=account.name,
                    products=", ".join(unknown.mapped("display_name")),
                )
            )
        return sku_by_product

    @api.model
    def _get_by_sku(self, account, skus):
        """``{SKU: product}`` of those that are known at an account."""
        found = self.search([("account_id", "=", account.id), ("sku", "in", list(skus))])
        return {record.sku: record.product_id for record in found}

    # === SENDING === #

    def action_send(self):
        """Make the products known, in the background."""
        self.check_access("write")
        for record in self:
            if missing := record._get_missing():
                message = self.env._("%(product)s lacks: %(fields)s.", product=record.sku, fields=", ".join(missing))
                raise UserError(message)
        self.sudo().write({"state": "pending", "next_try_at": False})
        self._enqueue(self.account_id)

    def _get_missing(self):
        """Labels of what an operator needs and is not filled in."""
        names = ("weight_kg", "length_cm", "width_cm", "height_cm", "declared_name", "declared_value")
        labels = self.fields_get(names, ["string"])
        return [labels[name]["string"] for name in names if not self[name]]

    @api.model
    def _get_capability(self):
        return ProviderCapability.PRODUCTS

    @api.model
    def _describe(self):
        return self.env._("Send products")

    def _prepare_given(self):
        return {record: record._prepare_card() for record in self}

    @api.model
    def _send(self, provider, given):
        return provider.push_products(given)

    def _prepare_card(self):
        """The product in the words of the contract."""
        product = self.product_id
        chinese = "zh_CN" if self.env["res.lang"]._get_data(code="zh_CN") else "en_US"
        return ProductCard(
            sku=self.sku,
            name=product.with_context(lang="en_US").name,
            name_local=product.with_context(lang=chinese).name,
            barcode=product.barcode or "",
            weight_kg=_decimal(self.weight_kg),
            length_cm=_decimal(self.length_cm),
            width_cm=_decimal(self.width_cm),
            height_cm=_decimal(self.height_cm),
            declared_name=self.declared_name,
            declared_name_local=self.declared_name_local or "",
            declared_value=self._get_declared_value(),
            hs_code=product.hs_code or "",
            origin=product.country_of_origin.code or "",
            has_battery=self.has_battery,
        )

    def _get_declared_value(self):
        """Value of one unit for customs; ``None`` where nobody entered one."""
        if not self.declared_value:
            return None
        value = f"{self.declared_value:.{self.currency_id.decimal_places}f}"
        return Money(Decimal(value), self.currency_id.name, value)

    @api.model
    def _follow(self, account):
        """Override of `overseas.sendable`: ask which products were checked in the meantime."""
        waiting = self.search([("account_id", "=", account.id), ("state", "=", "accepted")], limit=self._batch_size)
        if not waiting:
            return
        states, _error = account._ask(
            self.env._("Ask for products"), lambda provider: provider.fetch_products(waiting.mapped("sku"))
        )
        record_by_sku = {record.sku: record for record in waiting}
        for state in states or ():
            record = record_by_sku.get(state.sku)
            if record and state.status is ProductStatus.APPROVED:
                record.write({"state": "approved", "message": False})
            elif record and state.status is ProductStatus.REJECTED:
                record.write({"state": "rejected", "message": state.message})


def _decimal(number):
    """A measure as it is shown, to the gram or millimetre and less."""
    return Decimal(str(round(number, 4)))
