from odoo import api, fields, models
from odoo.addons.marketplace.contract import Rejected

from ..contract import ProviderCapability


class OverseasWarehouse(models.Model):
    _name = "overseas.warehouse"
    _description = "Overseas Warehouse"
    _inherit = ["mail.thread"]
    _check_company_auto = True
    _order = "name, id"

    name = fields.Char(required=True)
    account_id = fields.Many2one("overseas.account", required=True, ondelete="restrict", index=True, check_company=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    code = fields.Char(required=True, readonly=True, help="How the operator calls the warehouse.")
    country_id = fields.Many2one("res.country", readonly=True)
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, readonly=True, ondelete="restrict", index=True, check_company=True
    )
    transit_location_id = fields.Many2one(
        "stock.location",
        "In Transit",
        required=True,
        readonly=True,
        ondelete="restrict",
        check_company=True,
        help="Goods on their way to the warehouse. They are not offered for sale.",
    )
    quarantine_location_id = fields.Many2one(
        "stock.location",
        "Quarantine",
        required=True,
        readonly=True,
        ondelete="restrict",
        check_company=True,
        help="Goods that the warehouse found damaged. They are ours, but not offered for sale.",
    )
    send_orders = fields.Boolean(
        default=True, help="Deliveries that are ready are given to the warehouse by themselves."
    )
    service_ids = fields.One2many("overseas.service", "warehouse_id")
    service_id = fields.Many2one(
        "overseas.service",
        "Usual Service",
        domain="[('warehouse_id', '=', id)]",
        help="Ships the deliveries whose carrier belongs to none of the services.",
    )
    claim_days = fields.Integer(
        "Days to Claim", default=30, help="After the last count of a delivery: how long the operator takes claims."
    )
    auto_adjust = fields.Boolean(
        "Adjust Explained Differences",
        tracking=True,
        help="Approved rule: differences that the warehouse's own events explain in full are taken over by the nightly "
        "check. All others wait for a person.",
    )
    auto_adjust_units = fields.Integer(
        "Up to Units", default=5, tracking=True, help="Larger differences wait for a person all the same."
    )

    stock_turn = fields.Integer(
        "Checks and Adjustments", readonly=True, copy=False, help="How often the stock was checked or adjusted."
    )

    _code_uniq = models.Constraint("UNIQUE(account_id, code)", "This warehouse is connected already.")
    _warehouse_uniq = models.Constraint("UNIQUE(warehouse_id)", "This warehouse is connected to an operator already.")

    @api.model
    def _create_from_infos(self, account, infos):
        """Connect warehouses: each becomes a warehouse of Odoo with a place for goods on their way and one for damaged
        goods, both outside of what is offered for sale.

        :param list infos: `WarehouseInfo`
        """
        company = {"company_id": account.company_id.id}
        warehouses = self._get_stock_warehouses(account, infos)
        codes = warehouses.mapped("code")
        places = [(self.env._("In Transit"), "transit"), (self.env._("Quarantine"), "internal")]
        locations = (
            self.env["stock.location"]
            .sudo()
            .create(
                [{**company, "name": f"{code}: {name}", "usage": usage} for code in codes for name, usage in places]
            )
        )
        countries = self.env["res.country"].search([("code", "in", [info.country_code for info in infos])])
        country_by_code = {country.code: country.id for country in countries}
        return self.create(
            [
                {
                    "account_id": account.id,
                    "name": info.name,
                    "code": info.code,
                    "country_id": country_by_code.get(info.country_code),
                    "warehouse_id": warehouse.id,
                    "transit_location_id": locations[2 * index].id,
                    "quarantine_location_id": locations[2 * index + 1].id,
                }
                for index, (info, warehouse) in enumerate(zip(infos, warehouses, strict=True))
            ]
        )

    @api.model
    def _get_stock_warehouses(self, account, infos):
        """Warehouses of Odoo that stand for those of the operator, new ones by default, in the order of ``infos``."""
        codes = self._get_free_codes(account, [info.code for info in infos])
        return (
            self.env["stock.warehouse"]
            .sudo()
            .create(
                [
                    {
                        "company_id": account.company_id.id,
                        "name": f"{info.name} ({account.name})",
                        "code": code,
                        "partner_id": False,
                    }
                    for info, code in zip(infos, codes, strict=True)
                ]
            )
        )

    @api.model
    def _get_free_codes(self, account, wanted):
        """Short names of warehouses that nobody has yet: at most five characters."""
        taken = set(
            self.env["stock.warehouse"]
            .sudo()
            .with_context(active_test=False)
            .search([("company_id", "=", account.company_id.id)])
            .mapped("code")
        )
        codes = []
        for text in wanted:
            base = "".join(char for char in text.upper() if char.isalnum())[:5] or "OW"
            code = next(code for number in range(len(taken) + 2) if (code := _numbered(base, number)) not in taken)
            taken.add(code)
            codes.append(code)
        return codes

    # === STOCK === #

    def _begin_turn(self):
        """Be the only transaction that checks or adjusts the stock, with numbers from after the one before.

        A check that another one overlaps would record old numbers as the newest, and a person would adjust them again.
        The counter is what shows PostgreSQL a transaction that began before another turn ended: it is refused
        (serialization failure), and begun anew by the web server or the job queue.

        :raise LockError: a check or an adjustment is running
        """
        self.lock_for_update(allow_referencing=True)
        for warehouse in self:
            warehouse.stock_turn += 1

    # === SERVICES === #

    def action_fetch_services(self):
        """Ask which ways of shipping the warehouse offers; those known keep their carrier."""
        for warehouse in self:
            warehouse.check_access("write")
            connector = warehouse.account_id._get_connector()
            if ProviderCapability.SERVICES not in connector.capabilities:
                continue
            services, error = warehouse.account_id._ask(
                self.env._("Ask for services"), lambda provider, code=warehouse.code: provider.fetch_services(code)
            )
            if error is None:
                warehouse._keep_services(services)

    def _keep_services(self, services):
        known = {service.code: service for service in self.service_ids}
        self.env["overseas.service"].create(
            [
                {"warehouse_id": self.id, "code": service.code, "name": service.name}
                for service in services
                if service.code not in known
            ]
        )
        for service in services:
            if service.code in known and known[service.code].name != service.name:
                known[service.code].name = service.name

    def _get_service(self, carrier):
        """Service that ships what a carrier of Odoo should carry.

        :raise Rejected: none is known; a person has to choose one
        """
        self.ensure_one()
        found = self.service_ids.filtered(lambda service: carrier and service.carrier_id == carrier)[:1]
        if service := found or self.service_id:
            return service
        raise Rejected(
            self.env._(
                "No service of %(warehouse)s ships with %(carrier)s. Choose its usual service, or the carrier on one "
                "of its services.",
                warehouse=self.name,
                carrier=carrier.name or self.env._("no carrier"),
            )
        )


class OverseasService(models.Model):
    _name = "overseas.service"
    _description = "Service of an Overseas Warehouse"
    _order = "name, id"

    name = fields.Char(required=True)
    code = fields.Char(required=True, help="How the operator calls the service.")
    warehouse_id = fields.Many2one("overseas.warehouse", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    carrier_id = fields.Many2one(
        "delivery.carrier", ondelete="set null", help="Deliveries with this carrier are shipped by the service."
    )

    _code_uniq = models.Constraint("UNIQUE(warehouse_id, code)", "This service is known already.")


def _numbered(base, number):
    """A short name, with a number at its end where it is taken."""
    return f"{base[: 5 - len(str(number))]}{number}" if number else base
