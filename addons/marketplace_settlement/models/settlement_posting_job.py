from odoo import models
from odoo.addons.marketplace.models.job_retry import lock_for_job
from odoo.exceptions import UserError

from .settlement import READY


class MarketplaceSettlement(models.Model):
    """Settlements that are posted by themselves."""

    _inherit = "marketplace.settlement"

    def _set_state_by_words(self):
        """Override: what became ready is posted, where the account wants it."""
        before = self.filtered(lambda settlement: settlement.state == READY)
        result = super()._set_state_by_words()
        ready = (self - before).filtered(lambda settlement: settlement.state == READY)
        ready.filtered("account_id.settlement_auto_post")._enqueue_post()
        return result

    def _enqueue_post(self):
        for settlement in self.sudo():
            settlement.with_delay(
                identity_key=f"marketplace.settlement._job_post.{settlement.id}",
                description=self.env._("Post settlement %s", settlement.external_id),
            )._job_post()

    def _job_post(self):
        """Post a settlement that became ready; a person is told why one cannot be posted.

        :raise RetryableJobError: another job is at it
        """
        settlement = lock_for_job(self)
        if settlement.state != READY:
            return
        try:
            settlement._post_safely()
        except UserError as error:
            settlement.message = str(error)
            settlement.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("The settlement cannot be posted"),
                note=str(error),
                user_id=settlement.account_id._get_responsible().id,
            )
