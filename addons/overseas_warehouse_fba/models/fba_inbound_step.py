from odoo import api, fields, models

from ..connector import Journey


class FbaInboundStep(models.Model):
    _name = "fba.inbound.step"
    _description = "Step of an Inbound Plan"
    _order = "inbound_id, sequence"
    _rec_name = "name"

    inbound_id = fields.Many2one("fba.inbound", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="inbound_id.company_id", store=True, index=True)
    sequence = fields.Integer(required=True, help="Place in the order of steps, from 0.")
    name = fields.Selection(
        [
            ("create_plan", "Create the Plan"),
            ("offer_packing", "Ask How to Pack"),
            ("confirm_packing", "Confirm the Packing"),
            ("pack", "Tell the Boxes"),
            ("offer_placement", "Ask for Placements"),
            ("offer_transport", "Ask for Carriers"),
            ("confirm_placement", "Confirm the Placement"),
            ("offer_windows", "Ask for Delivery Windows"),
            ("confirm_windows", "Confirm the Delivery Windows"),
            ("confirm_transport", "Confirm the Carriers"),
        ],
        "Step",
        required=True,
    )
    state = fields.Selection(
        [("waiting", "Waiting"), ("running", "In Progress"), ("failed", "Failed"), ("done", "Done")],
        required=True,
        default="waiting",
    )
    started_at = fields.Datetime("Started")
    done_at = fields.Datetime("Done")
    operation = fields.Char("Amazon's Operation", help="Number of the last operation that the step started.")
    message = fields.Char("Answer")

    @api.model
    def _create_steps(self, inbound):
        """The steps of a plan, none of them begun."""
        return self.create(
            [
                {"inbound_id": inbound.id, "sequence": number, "name": name}
                for number, name in enumerate(Journey.STEPS)
            ]
        )

    def _follow(self, journey):
        """Show how far a journey is. Steps that have to be looked at again, as Amazon's offers expired, lose their
        end."""
        now = fields.Datetime.now()
        operation = journey["operation"] or {}
        for step in self:
            values = {"state": "waiting", "done_at": False, "message": False}
            if step.sequence < journey["step"]:
                values = {"state": "done", "done_at": step.done_at or now, "message": False}
                values["started_at"] = step.started_at or now
            elif step.sequence == journey["step"]:
                values = {"state": "running", "done_at": False, "message": False, "started_at": step.started_at or now}
            if operation.get("step") == step.name:
                values["operation"] = operation["id"]
            if changed := {name: value for name, value in values.items() if step[name] != value}:
                step.write(changed)

    def _fail(self, reason):
        """The step that is being done failed."""
        self.filtered(lambda step: step.state == "running").write({"state": "failed", "message": reason})
