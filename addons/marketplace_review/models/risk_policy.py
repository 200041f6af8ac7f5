from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

PERCENTS = ("loss_percent", "lost_sale_percent")
POSITIVE = ("mature_days", "history_days", "minimum_orders", "minimum_bad")


class MarketplaceRiskPolicy(models.Model):
    """What a company's risk score is trained for: what mistakes cost, and how much has to be known."""

    _name = "marketplace.risk.policy"
    _description = "Risk Score Settings"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade", default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    hold = fields.Boolean(
        "Hold Risky Orders", default=True, help="Orders from the model's threshold on go to the review desk."
    )
    loss_percent = fields.Float(
        "Loss of a Bad Order (%)",
        default=80,
        digits=(16, 1),
        help="Part of its amount that you lose when an order is shipped and then charged back, refused or returned.",
    )
    review_minutes = fields.Float("Minutes per Review", default=3, digits=(16, 1))
    hour_cost = fields.Monetary("Cost of an Hour", default=20, help="What an hour of the person who reviews costs.")
    lost_sale_percent = fields.Float(
        "Lost Sale (%)",
        default=1,
        digits=(16, 1),
        help="Part of its amount that holding a good order costs on average: your margin, times how often a buyer "
        "who has to wait is lost. With a margin of 20 % and one lost buyer in 20 this is 1 %.",
    )
    mature_days = fields.Integer(
        "Good After (days)",
        default=30,
        help="A shipped order counts as good when nothing bad was heard of it for so many days since it was placed.",
    )
    history_days = fields.Integer("Days of History", default=730, help="Older orders are not learnt from.")
    minimum_orders = fields.Integer(
        "Least Orders", default=300, help="With fewer orders of known outcome there is no score; only rules run."
    )
    minimum_bad = fields.Integer(
        "Least Bad Orders", default=30, help="With fewer bad orders there is no score; only rules run."
    )
    state = fields.Selection(
        [
            ("none", "Not Trained Yet"),
            ("queued", "Training"),
            ("trained", "Trained"),
            ("too_few", "Too Few Outcomes"),
            ("failed", "Not Possible"),
        ],
        "Last Training",
        default="none",
        required=True,
        readonly=True,
    )
    message = fields.Text("What Came of It", readonly=True)
    run_at = fields.Datetime("Last Run", readonly=True)
    champion_id = fields.Many2one("marketplace.risk.model", "Model in Use", compute="_compute_champion_id")
    known_count = fields.Integer("Orders of Known Outcome", compute="_compute_counts")
    bad_count = fields.Integer("Of These Bad", compute="_compute_counts")

    _company_uniq = models.Constraint("UNIQUE(company_id)", "This company already has settings of its risk score.")

    @api.depends("company_id")
    def _compute_champion_id(self):
        champions = self.env["marketplace.risk.model"].search(
            [("state", "=", "champion"), ("company_id", "in", self.company_id.ids)]
        )
        by_company = {model.company_id: model for model in champions}
        for policy in self:
            policy.champion_id = by_company.get(policy.company_id)

    @api.depends("company_id")
    def _compute_counts(self):
        groups = (
            self.env["sale.order"]
            .sudo()
            ._read_group(
                [("marketplace_outcome", "!=", False), ("company_id", "in", self.company_id.ids)],
                ["company_id", "marketplace_outcome"],
                ["__count"],
            )
        )
        for policy in self:
            own = [(outcome, count) for company, outcome, count in groups if company == policy.company_id]
            policy.known_count = sum(count for _outcome, count in own)
            policy.bad_count = sum(count for outcome, count in own if outcome != "good")

    # === CONSTRAINTS === #

    @api.constrains(*PERCENTS, *POSITIVE, "review_minutes", "hour_cost")
    def _check_values(self):
        for policy in self:
            wrong = [name for name in PERCENTS if not 0 <= policy[name] <= 100]
            if wrong:
                raise ValidationError(self.env._("%s lies between 0 and 100.", policy._get_label(wrong[0])))
            wrong = [name for name in POSITIVE if policy[name] <= 0]
            if wrong:
                raise ValidationError(self.env._("%s must be more than 0.", policy._get_label(wrong[0])))
            if policy.review_minutes < 0 or policy.hour_cost < 0:
                raise ValidationError(self.env._("A review cannot cost less than nothing."))

    def _get_label(self, name):
        return self._fields[name]._description_string(self.env)

    # === USE === #

    @api.model
    def _get_policy(self, company):
        """The settings of a company; made with what is usual when there are none."""
        policy = self.sudo().search([("company_id", "=", company.id)])
        return policy or self.sudo().create({"company_id": company.id})

    @api.model
    def action_open(self):
        """Open the settings of the current company."""
        policy = self._get_policy(self.env.company)
        return policy.with_env(self.env)._get_records_action(name=self.env._("Risk Score Settings"))

    # === TRAINING === #

    @api.model
    def _cron_train(self):
        """Have a model trained for each company that sells on marketplaces."""
        for company in self.env["marketplace.shop"].sudo().search([("state", "=", "running")]).company_id:
            self._get_policy(company)._enqueue_training()

    def action_train(self):
        """Train in the background."""
        if not self.env.user.has_group("marketplace.group_manager"):
            raise AccessError(self.env._("Only managers train the risk score."))
        self._enqueue_training()
        return self.env["marketplace.shop"]._notify(
            self.env._("Training has begun. See here in some minutes what came of it.")
        )

    def _enqueue_training(self):
        for policy in self.sudo():
            policy.with_delay(
                channel="root.marketplace.risk",
                identity_key=f"marketplace-risk-{policy.company_id.id}",
                description=self.env._("Train the risk score of %s", policy.company_id.name),
            )._job_train()
            policy.state = "queued"

    def _job_train(self):
        """Bring the outcomes up to date, learn from them, and decide which model is used.

        Below the minimum, or when there is nothing to tell apart, nothing but the message changes.
        """
        from .. import risk

        self.ensure_one()
        self.env["sale.order"].sudo()._derive_outcomes(self)
        try:
            trained, table = self._train()
        except risk.NotEnoughOutcomes as error:
            self._note("too_few", self._describe_shortage(error))
        except risk.OneOutcome:
            self._note(
                "failed",
                self.env._(
                    "In one part of the time all orders ended alike, so there is nothing to learn from. It is tried "
                    "again each night; only the rules check orders."
                ),
            )
        except risk.NoFeature:
            self._note("failed", self.env._("All orders look the same, so none can be told from another."))
        else:
            model = self.env["marketplace.risk.model"].sudo()._enrol(self, trained, table)
            self._note("trained", model.verdict)

    def _train(self):
        """:return: the trained :class:`~..risk.RiskModel`, and the table of features"""
        from .. import risk
        from ..risk import orders

        facts = self.env["marketplace.risk.facts"]._load_history(self)
        table = orders.build(facts)
        trained = risk.train(
            table,
            orders.COLUMNS,
            "bad",
            "time",
            known_at="known_at",
            amount="value",
            costs=self._get_costs(),
            minimum=risk.Minimum(self.minimum_orders, self.minimum_bad),
        )
        trained.extra = orders.take_snapshot(facts)
        return trained, table

    def _get_costs(self):
        from ..risk import Costs

        return Costs(
            loss_share=self.loss_percent / 100,
            review=self.review_minutes / 60 * self.hour_cost,
            lost_sale_share=self.lost_sale_percent / 100,
        )

    def _note(self, state, message):
        self.write({"state": state, "message": message, "run_at": fields.Datetime.now()})

    def _describe_shortage(self, error):
        return self.env._(
            "The outcome of %(orders)s orders is known, %(bad)s of them went bad. At least %(minimum)s, and %(least)s "
            "bad ones, are needed. Until then there is no score; only the rules check orders.",
            orders=error.orders,
            bad=error.bad,
            minimum=error.minimum_orders,
            least=error.minimum_bad,
        )
