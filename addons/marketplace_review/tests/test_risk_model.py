"""Training, champion and challenger, storage."""

from unittest.mock import patch

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .risk_case import RiskCase


@tagged("post_install", "-at_install")
class TestRiskModel(RiskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.orders = cls._sell(240)

    # === TRAINING === #

    def test_the_first_model_is_used(self):
        model = self._train()
        self.assertEqual((model.state, model.version), ("champion", 1))
        self.assertEqual(self.policy.state, "trained")
        self.assertEqual(model.order_count, 240)
        self.assertEqual(model.bad_count, len(self.orders.filtered(lambda o: o.marketplace_outcome == "chargeback")))
        self.assertGreater(model.auc, 0.8)
        self.assertGreater(model.saving, 0)
        self.assertEqual(self.policy.champion_id, model)

    def test_too_few_outcomes_are_told_and_nothing_changes(self):
        self.policy.minimum_orders = 1000
        self.policy._job_train()
        self.assertEqual(self.policy.state, "too_few")
        self.assertIn("240 orders", self.policy.message)
        self.assertIn("1000", self.policy.message)
        self.assertFalse(self.Model.search([("company_id", "=", self.env.company.id)]))

    def test_no_outcome_at_all(self):
        self.orders.write({"marketplace_outcome": False})
        self.policy._job_train()
        self.assertEqual(self.policy.state, "too_few")

    def test_one_outcome_only(self):
        champion = self._train()
        self.orders._set_outcome("refused")
        self.policy._job_train()
        self.assertEqual(self.policy.state, "failed")
        self.assertIn("ended alike", self.policy.message)
        self.assertEqual(self.Model._get_champion(self.env.company), champion)

    def test_nothing_to_tell_orders_apart(self):
        from ..risk import NoFeature

        with patch.object(type(self.policy), "_train", side_effect=NoFeature(["value"])):
            self.policy._job_train()
        self.assertEqual(self.policy.state, "failed")
        self.assertIn("look the same", self.policy.message)

    def test_orders_of_another_company_are_not_learnt_from(self):
        company = self.env["res.company"].create({"name": "Other"})
        policy = self.env["marketplace.risk.policy"]._get_policy(company)
        policy._job_train()
        self.assertEqual(policy.state, "too_few")
        self.assertIn("0 orders", policy.message)

    # === CHAMPION AND CHALLENGER === #

    def test_a_challenger_without_new_outcomes_waits(self):
        champion = self._train()
        challenger = self._train()
        self.assertNotEqual(challenger, champion)
        self.assertEqual((champion.state, challenger.state), ("champion", "challenger"))
        self.assertIn("only 0 orders", challenger.verdict)

    def test_a_better_challenger_takes_over(self):
        """The world has turned round since the champion was trained."""
        champion = self._train()
        self._sell(700, days=34, until=4, seed=2, flip=True, known_after=1)
        challenger = self._train()
        self.assertEqual(challenger.state, "champion", challenger.verdict)
        self.assertEqual(champion.state, "retired")

    def test_an_older_challenger_makes_room(self):
        self._train()
        second, third = self._train(), self._train()
        self.assertEqual((second.state, third.state), ("retired", "challenger"))

    def test_a_person_decides_with_a_note(self):
        champion, challenger = self._train(), self._train()
        with self.assertRaises(UserError):
            challenger.action_make_champion()
        challenger.note = "Knows the new country"
        challenger.action_make_champion()
        self.assertEqual((champion.state, challenger.state), ("retired", "champion"))
        self.assertIn("Knows the new country", challenger.verdict)

    # === STORAGE === #

    def test_a_stored_model_scores_as_before(self):
        model = self._train()
        loaded = model._load()
        self.assertAlmostEqual(loaded.threshold, model.threshold, places=4)
        self.assertNotIn("rates", model.sudo().sealed)  # encrypted

    def test_altered_bytes_are_never_unpickled(self):
        model = self._train()
        sealed = model.sudo().sealed
        model.sudo().sealed = sealed[:-8] + ("A" * 8 if sealed[-8:] != "A" * 8 else "B" * 8)
        with patch("pickle.loads", side_effect=AssertionError("unpickled")):
            self.assertIsNone(model._load())
        self.assertEqual(model.state, "failed")
        self.assertIn("altered", model.verdict)

    def test_another_scikit_learn_is_refused_and_replaced(self):
        model = self._train()
        with patch("sklearn.__version__", "99.1"):
            self.assertIsNone(model._load())
        self.assertEqual(model.state, "failed")
        self.assertIn("99.1", model.verdict)
        self.assertEqual(self._train().state, "champion")

    def test_only_some_retired_models_are_kept(self):
        first = self._train()
        for _number in range(7):
            last = self._train()
        retired = self.Model.search([("state", "=", "retired")])
        self.assertEqual(len(retired.filtered(lambda model: model.sudo().sealed)), 5)
        self.assertTrue(first.sudo().sealed)
        self.assertTrue(last.sudo().sealed)

    # === CARD === #

    def test_the_card_tells_data_figures_and_limits(self):
        card = str(self._train().card_html)
        self.assertIn("240", card)
        self.assertEqual(card.count("<svg"), 2)
        for text in ("Amount of the order", "must not cancel orders", "hashed keys", "Brier score"):
            self.assertIn(text, card)

    # === JOBS AND RIGHTS === #

    def test_the_cron_only_enqueues(self):
        with trap_jobs() as trap:
            self.env["marketplace.risk.policy"]._cron_train()
        jobs = [job for job in trap.enqueued_jobs if job.recordset == self.policy]
        self.assertEqual([(job.method_name, job.channel) for job in jobs], [("_job_train", "root.marketplace.risk")])
        self.assertEqual(self.policy.state, "queued")
        self.assertFalse(self.Model.search([("company_id", "=", self.env.company.id)]))

    def test_only_managers_train_and_decide(self):
        model = self._train()
        user = new_test_user(self.env, "risk-operator", groups="marketplace.group_operator")
        self.assertTrue(model.with_user(user).auc)
        with self.assertRaises(AccessError):
            model.with_user(user).action_train()
        with self.assertRaises(AccessError):
            model.with_user(user).action_make_champion()
        with self.assertRaises(AccessError):
            self.policy.with_user(user).loss_percent = 1
        with self.assertRaises(AccessError):
            model.with_user(user).read(["sealed"])
        manager = new_test_user(self.env, "risk-manager", groups="marketplace.group_manager")
        with trap_jobs() as trap:
            model.with_user(manager).action_train()
        self.assertEqual(len(trap.enqueued_jobs), 1)
        with self.assertRaises(AccessError):
            model.with_user(manager).read(["sealed"])

    def test_models_of_other_companies_are_not_seen(self):
        model = self._train()
        company = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "risk-other",
            groups="marketplace.group_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.assertNotIn(model, self.Model.with_user(user).search([]))
        self.assertNotIn(self.policy, self.policy.with_user(user).search([]))

    def test_settings_must_make_sense(self):
        for vals in ({"loss_percent": 101}, {"lost_sale_percent": -1}, {"mature_days": 0}, {"hour_cost": -1}):
            with self.assertRaises(ValidationError):
                self.policy.write(vals)
