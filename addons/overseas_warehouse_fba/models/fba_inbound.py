import json
from collections import Counter
from datetime import date, datetime, time, timedelta, timezone

from odoo import api, fields, models
from odoo.addons.marketplace.contract import Address
from odoo.exceptions import UserError, ValidationError

from ..connector.inbound_records import InboundBox, InboundItem, InboundOrder
from ..connector.journey import Journey

OPEN_STATES = ("running", "choice", "failed")
STAGES = [
    ("plan", "Plan"),
    ("packing", "Packing"),
    ("placement", "Placement"),
    ("transport", "Transport"),
    ("arranged", "Arranged"),
]
_STAGE_BY_STEP = {
    "create_plan": "plan",
    "offer_packing": "packing",
    "confirm_packing": "packing",
    "pack": "packing",
    "offer_placement": "placement",
    "offer_transport": "placement",
    "confirm_placement": "placement",
    "offer_windows": "transport",
    "confirm_windows": "transport",
    "confirm_transport": "transport",
}


class FbaInbound(models.Model):
    """Announced goods on the way through Amazon's plan: one step per job, each found again after an interruption."""

    _name = "fba.inbound"
    _description = "Inbound Plan at Amazon"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _check_company_auto = True
    _order = "id desc"
    _rec_name = "reference"
    _rec_names_search = ["reference", "plan_number", "shipment_ids.confirmation"]

    reference = fields.Char(
        "Plan", required=True, readonly=True, copy=False, help="Name of the plan at Amazon, by which it is found again."
    )
    warehouse_id = fields.Many2one(
        "overseas.warehouse", required=True, readonly=True, ondelete="restrict", index=True, check_company=True
    )
    account_id = fields.Many2one(related="warehouse_id.account_id", store=True, index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    notice_ids = fields.One2many("overseas.inbound", "fba_inbound_id", "Announced Goods", readonly=True)
    ship_from_id = fields.Many2one(
        "res.partner",
        "Ships From",
        required=True,
        help="Amazon wants a name, street, city, postcode, country and phone number.",
    )
    ready_on = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self) + timedelta(days=1),
        help="From when a carrier can pick the goods up.",
    )
    label_owner = fields.Selection(
        [("SELLER", "We"), ("AMAZON", "Amazon, for a Fee"), ("NONE", "Nobody: Maker's Barcode")],
        "Labels Units",
        required=True,
        default="SELLER",
    )
    prep_owner = fields.Selection(
        [("SELLER", "We"), ("AMAZON", "Amazon, for a Fee"), ("NONE", "Nothing to Prepare")],
        "Prepares Units",
        required=True,
        default="SELLER",
    )
    solution = fields.Selection(
        [("USE_YOUR_OWN_CARRIER", "Our Own Carrier"), ("AMAZON_PARTNERED_CARRIER", "Amazon's Partner")],
        "Carrier to Propose",
        required=True,
        default="USE_YOUR_OWN_CARRIER",
    )
    take_proposals = fields.Boolean(
        help="Carrier and delivery window are taken as proposed, without asking. The placement, which costs fees, is "
        "always asked.",
    )
    state = fields.Selection(
        [
            ("running", "In Progress"),
            ("choice", "Needs a Choice"),
            ("failed", "Failed"),
            ("arranged", "Arranged"),
            ("cancelling", "Being Withdrawn"),
            ("cancelled", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="running",
        copy=False,
        tracking=True,
        group_expand=True,
        help="Needs a Choice: Amazon offers several ways, choose one of its offers. Failed: Amazon refuses, see its "
        "answer; correct it and retry, or withdraw the plan.",
    )
    stage = fields.Selection(STAGES, compute="_compute_stage", store=True)
    journey = fields.Json(readonly=True, copy=False, help="How far the plan is: what a restart goes on from.")
    plan_number = fields.Char("Amazon's Number", readonly=True, copy=False)
    message = fields.Text("Answer", readonly=True, copy=False)
    next_try_at = fields.Datetime("Next Attempt", readonly=True, copy=False)
    step_ids = fields.One2many("fba.inbound.step", "inbound_id", readonly=True)
    option_ids = fields.One2many("fba.inbound.option", "inbound_id", readonly=True)
    open_option_ids = fields.One2many("fba.inbound.option", compute="_compute_open_option_ids")
    shipment_ids = fields.One2many("fba.inbound.shipment", "inbound_id", readonly=True)
    units = fields.Integer(compute="_compute_units", store=True, help="Units in the cartons.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    placement_cost = fields.Monetary(
        compute="_compute_placement_cost", store=True, help="Fees of the chosen placement, in the company's currency."
    )

    _reference_uniq = models.Constraint("UNIQUE(account_id, reference)", "This plan is recorded already.")

    # === COMPUTE METHODS === #

    @api.depends("journey", "state")
    def _compute_stage(self):
        for inbound in self:
            step = (inbound.journey or {}).get("step", 0)
            name = Journey.STEPS[step] if step < len(Journey.STEPS) else ""
            inbound.stage = _STAGE_BY_STEP.get(name, "transport") if inbound.state != "arranged" else "arranged"

    @api.depends("notice_ids.units")
    def _compute_units(self):
        for inbound in self:
            inbound.units = sum(inbound.notice_ids.mapped("units"))

    @api.depends("option_ids.is_open")
    def _compute_open_option_ids(self):
        for inbound in self:
            inbound.open_option_ids = inbound.option_ids.filtered("is_open")

    @api.depends("option_ids.is_chosen", "option_ids.cost")
    def _compute_placement_cost(self):
        for inbound in self:
            chosen = inbound.option_ids.filtered(lambda option: option.is_chosen and option.kind == "placement")
            inbound.placement_cost = sum(chosen.mapped("cost"))

    # === BEGINNING === #

    @api.model
    def _start(self, notice):
        """Begin the plan of announced goods whose cartons are complete.

        :raise ValidationError: the sender's address lacks what Amazon wants
        """
        supplier = notice.departure_id.partner_id if notice.departure_id.location_id.usage == "supplier" else None
        partner = supplier or notice.source_location_id.warehouse_id.partner_id or notice.company_id.partner_id
        count = self.with_context(active_test=False).search_count(
            [("account_id", "=", notice.account_id.id), ("reference", "=like", f"{notice.reference}%")]
        )
        inbound = self.create(
            {
                "reference": f"{notice.reference}-{count + 1}" if count else notice.reference,
                "warehouse_id": notice.warehouse_id.id,
                "ship_from_id": notice.fba_ship_from_id.id or partner.id,
                "solution": notice.fba_solution,
                "take_proposals": notice.fba_take_proposals,
                "label_owner": notice.fba_label_owner,
            }
        )
        inbound._check_sender()
        self.env["fba.inbound.step"]._create_steps(inbound)
        notice.fba_inbound_id = inbound
        inbound._enqueue_step()
        return inbound

    def _check_sender(self):
        for inbound in self:
            names = ["name", "street", "city", "zip", "country_id", "phone"]
            labels = self.env["res.partner"].fields_get(names, ["string"])
            if missing := [labels[name]["string"] for name in names if not inbound.ship_from_id[name]]:
                raise ValidationError(
                    self.env._(
                        "The sender %(partner)s lacks: %(fields)s. Amazon takes no plan without; complete the contact, "
                        "or choose another sender.",
                        partner=inbound.ship_from_id.display_name,
                        fields=", ".join(missing),
                    )
                )

    # === IN AMAZON'S WORDS === #

    def _prepare_order(self):
        """The goods as :class:`InboundOrder`, the same from step to step: cartons cannot be changed in between."""
        self.ensure_one()
        cartons = self.notice_ids.carton_ids.sorted(lambda carton: (carton.number, carton.id))
        skus = self.env["overseas.product"]._get_by_product(self.account_id, cartons.line_ids.product_id)
        contents = {carton: carton._get_fba_contents(skus) for carton in cartons}
        return InboundOrder(
            reference=self.reference,
            marketplace_id=self.warehouse_id.code,
            source=self._prepare_source(),
            items=self._prepare_items(sum(contents.values(), Counter())),
            boxes=tuple(self._prepare_box(carton._prepare_carton(skus), contents[carton]) for carton in cartons),
            ready_from=datetime.combine(self.ready_on, time(8), timezone.utc),
            email=self.ship_from_id.email or self.company_id.email or "",
        )

    def _prepare_items(self, contents):
        """Goods of `_get_fba_contents` as tuple of :class:`InboundItem`, always in the same order."""
        ordered = sorted(contents.items(), key=lambda entry: (entry[0][0], entry[0][1] or date.min, entry[0][2]))
        return tuple(
            InboundItem(sku, units, self.label_owner, self.prep_owner, expires_on, lot)
            for (sku, expires_on, lot), units in ordered
        )

    def _prepare_box(self, carton, contents):
        sides = carton.length_cm, carton.width_cm, carton.height_cm
        return InboundBox(*sides, carton.weight_kg, self._prepare_items(contents))

    def _prepare_source(self):
        partner = self.ship_from_id
        return Address(
            name=partner.name,
            company=partner.commercial_company_name or "",
            street=partner.street,
            street2=partner.street2 or "",
            city=partner.city,
            state=partner.state_id.code or "",
            postal_code=partner.zip,
            country_code=partner.country_id.code,
            phone=partner.phone,
        )

    # === ACTIONS === #

    def action_retry(self):
        """Go on with plans that failed."""
        self.check_access("write")
        failed = self.filtered(lambda inbound: inbound.state == "failed").sudo()
        failed._check_sender()
        failed.notice_ids._check_complete()
        failed.write({"state": "running", "message": False, "next_try_at": False})
        failed.notice_ids.filtered(lambda notice: notice.state == "rejected").write(
            {"state": "pending", "message": False}
        )
        failed._enqueue_step()

    def action_take_proposals(self):
        """Choose what is proposed among Amazon's offers."""
        self.ensure_one()
        proposed = self.open_option_ids.filtered("is_proposed")
        if not proposed:
            raise UserError(self.env._("Nothing is proposed. Choose one of the offers."))
        proposed.action_choose()

    def action_withdraw(self):
        """Give the plan up at Amazon; the goods may then be announced anew."""
        self.check_access("write")
        if self.shipment_ids.filtered(lambda shipment: shipment.notice_id.units_received):
            message = self.env._("Amazon has received goods of this plan already; it cannot be withdrawn any more.")
            raise UserError(message)
        todo = self.filtered(lambda inbound: inbound.state in (*OPEN_STATES, "arranged")).sudo()
        todo.write({"state": "cancelling", "message": False, "next_try_at": False})
        todo._enqueue_step()

    def action_print_item_labels(self):
        """Labels of the units (FNSKU), kept with the plan."""
        self.ensure_one()
        units = Counter()
        for item in self._prepare_order().items:
            units[item.msku] += item.units
        files = self._talk(
            lambda fba: [
                content
                for part in _parts(units, 100)
                for content in fba.inbound.fetch_item_labels(self.warehouse_id.code, part)
            ]
        )
        return get_download_action(self._attach_files(files, f"{self.reference}-FNSKU", self)[:1])

    def _talk(self, talk):
        """Ask Amazon for a person who waits for the answer.

        :raise UserError: Amazon does not answer, or refuses
        """
        answer, error = self.account_id._ask(self._description, lambda provider: talk(provider.fba))
        if error is not None:
            raise UserError(self.env._("Amazon: %s", error)) from error
        return answer

    @api.model
    def _attach_files(self, contents, name, record):
        """Keep PDF files with a record.

        :return: attachments
        """
        return self.env["ir.attachment"].create(
            [
                {
                    "name": f"{name}-{number}.pdf" if len(contents) > 1 else f"{name}.pdf",
                    "raw": content,
                    "mimetype": "application/pdf",
                    "res_model": record._name,
                    "res_id": record.id,
                }
                for number, content in enumerate(contents, 1)
            ]
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_withdrawn(self):
        if self.filtered(lambda inbound: inbound.state != "cancelled"):
            raise UserError(self.env._("A plan that Amazon has cannot be deleted; withdraw it first."))


def copy_state(state):
    """What is stored of a journey: apart from what the journey goes on changing."""
    return json.loads(json.dumps(state))


def get_download_action(attachment):
    """Have the browser load a file."""
    return {"type": "ir.actions.act_url", "url": f"/web/content/{attachment.id}?download=true", "target": "new"}


def _parts(units, size):
    names = list(units)
    for start in range(0, len(names), size):
        yield {name: units[name] for name in names[start : start + size]}
