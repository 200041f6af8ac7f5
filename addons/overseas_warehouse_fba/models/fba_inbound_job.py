from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.marketplace.contract import ConnectorError, NotReady
from odoo.addons.marketplace.models.job_retry import get_retry_seconds, lock_for_job

from ..connector import ChoiceNeeded, Journey
from .fba_inbound import copy_state

WORKING_STATES = ("running", "cancelling")
_PACKED = Journey.STEPS.index("pack") + 1


class FbaInbound(models.Model):
    """The steps of a plan as jobs. What a job did is stored when it ends, at the latest when Amazon has taken an
    operation; a job that is lost in between is run again and finds at Amazon what it did."""

    _inherit = "fba.inbound"

    # === QUEUE === #

    @api.model
    def _enqueue(self, accounts):
        """Queue what waits at accounts: a safeguard for jobs that were lost, and after a new authorisation."""
        waiting = self.sudo().search([("account_id", "in", accounts.ids), ("state", "in", WORKING_STATES)])
        now = fields.Datetime.now()
        for inbound in waiting:
            due = inbound.next_try_at and (inbound.next_try_at - now).total_seconds()
            inbound._enqueue_step(max(1, round(due)) if due else None)

    def _enqueue_step(self, seconds=None):
        """Queue the next step of each plan."""
        for inbound in self.sudo():
            inbound.with_delay(
                # A step queues the next one while it is still running itself.
                identity_key=f"fba.inbound.{inbound.id}.{(inbound.journey or {}).get('step', 0)}.{seconds or 0}",
                eta=seconds,
                description=f"{self.env._('Inbound plan')}: {inbound.reference}",
            )._job_step()

    def _job_step(self):
        """Take one step. Running it twice does nothing twice.

        :raise RetryableJobError: another job is at it
        """
        inbound = lock_for_job(self)
        account = inbound.account_id
        if inbound.state not in WORKING_STATES or account.state == "disabled" or account.needs_authorisation:
            return
        try:
            if inbound.state == "running":
                inbound._take_step(account._get_connector().fba)
            else:
                inbound._take_back(account._get_connector().fba)
        except NotReady as error:
            inbound._wait(error.retry_after)
        except ConnectorError as error:
            inbound._note_failure(error)
        else:
            account._note_success()

    # === FORWARD === #

    def _take_step(self, fba):
        journey = Journey(fba.inbound, self._prepare_order(), self.journey)
        try:
            arranged = journey.take_step()
        except ChoiceNeeded as needed:
            self._keep(journey)
            self._ask_person(fba, needed)
            return
        except ConnectorError:
            self._keep(journey)
            raise
        self._keep(journey)
        if arranged is None:
            self._enqueue_step()
        else:
            self._set_arranged(fba, arranged)

    def _keep(self, journey):
        """Store how far a journey is."""
        state = copy_state(journey.state)
        values = {"journey": state, "plan_number": state["plan"] or False, "message": False, "next_try_at": False}
        self.write({name: value for name, value in values.items() if self[name] != value})
        self.step_ids._follow(state)

    def _ask_person(self, fba, needed):
        """Offer what Amazon offers, or take what is proposed where a person wants that."""
        options = self.env["fba.inbound.option"]._offer(self, fba, needed)
        proposed = options.filtered("is_proposed")
        if self.take_proposals and needed.what != "placement" and proposed:
            proposed._choose()
            return
        self.state = "choice"
        self._remind(self.env._("Choose one of Amazon's offers"))

    def _set_arranged(self, fba, arranged):
        boxes = {
            shipment.shipment_id: fba.inbound.list_boxes(arranged.plan_id, shipment.shipment_id)
            for shipment in arranged.shipments
        }
        self.env["fba.inbound.shipment"]._create_from_arrangement(self, arranged.shipments, boxes)
        self.state = "arranged"

    # === BACK === #

    def _take_back(self, fba):
        """Give the plan up at Amazon, and have the goods announced anew."""
        journey = copy_state(self.journey or {})
        if not journey.get("plan"):
            # The plan may exist though its number was never stored.
            journey["plan"] = fba.inbound.find_plan(self.reference)
        if journey["plan"] and not journey.get("withdrawal"):
            if fba.inbound.fetch_plan(journey["plan"]).status != "VOIDED":
                journey["withdrawal"] = fba.inbound.cancel_plan(journey["plan"])
                self.journey = journey
                raise NotReady(journey, 5.0)
        elif journey.get("withdrawal"):
            operation = fba.inbound.fetch_operation(journey["withdrawal"])
            if operation.failed:
                self.journey = {**journey, "withdrawal": ""}
                self._set_failed("; ".join(operation.problems) or self.env._("Amazon did not withdraw the plan."))
                return
            if not operation.succeeded:
                raise NotReady(journey, 5.0)
        self._set_withdrawn()

    def _set_withdrawn(self):
        notices = self.notice_ids
        self.write({"state": "cancelled", "message": False, "next_try_at": False})
        self.option_ids.filtered("is_open").is_open = False
        if self.shipment_ids:
            notices.write({"state": "cancelled"})
        else:
            notices.write({"state": "draft", "message": False, "fba_inbound_id": False})
        self.activity_unlink(["mail.mail_activity_data_todo"])

    # === TROUBLE === #

    def _wait(self, seconds, message=False):
        """Ask again later."""
        due = fields.Datetime.now() + timedelta(seconds=seconds)
        self.write({"next_try_at": due, "message": message})
        self._enqueue_step(max(1, round(seconds)))

    def _note_failure(self, error):
        """Try again what may go well the next time; what Amazon refuses waits for a person."""
        self.account_id._note_error(error, self.env._("Inbound plan"))
        seconds = get_retry_seconds(error)
        if seconds:
            self._wait(seconds, str(error))
        elif self.account_id.needs_authorisation:
            self.message = str(error)  # goes on by itself when the account is authorised anew
        else:
            self._set_failed(getattr(error, "reason", str(error)))

    def _set_failed(self, reason):
        self.write({"state": "failed", "message": reason, "next_try_at": False})
        self.step_ids._fail(reason)
        if not self.shipment_ids and (self.journey or {}).get("step", 0) < _PACKED:
            # Amazon has no cartons yet: they may be corrected.
            self.notice_ids.write({"state": "rejected", "message": reason})
        self._remind(self.env._("Amazon refuses the inbound plan"))

    def _remind(self, summary):
        """An activity of whoever made the plan, unless there is one."""
        if not self.activity_search(["mail.mail_activity_data_todo"]):
            user = self.notice_ids[:1].create_uid
            user = user if user.active and not user.share else self.account_id._get_responsible()
            self.activity_schedule("mail.mail_activity_data_todo", summary=summary, user_id=user.id)
