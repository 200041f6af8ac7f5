import base64
import zlib

from odoo import api, fields, models
from odoo.addons.marketplace.tools import secret_box
from odoo.exceptions import UserError
from odoo.tools import ormcache

# Bytes of this many retired models are kept, so that one of them can be used again.
KEPT_MODELS = 5
# A comparison of fewer orders that neither model has seen says nothing.
COMPARED_ORDERS = 100
COMPARED_BAD = 10


class MarketplaceRiskModel(models.Model):
    """A version of a company's risk model. The champion scores orders; a challenger has to be better beyond chance."""

    _name = "marketplace.risk.model"
    _description = "Risk Model"
    _order = "version desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True, ondelete="cascade")
    version = fields.Integer(required=True, readonly=True)
    state = fields.Selection(
        [("champion", "In Use"), ("challenger", "Challenger"), ("retired", "Retired"), ("failed", "Unreadable")],
        required=True,
        readonly=True,
        default="challenger",
        index=True,
        help="Challenger: trained since, and not shown to be better. Unreadable: was altered, or made by another "
        "version of scikit-learn; the next training replaces it.",
    )
    trained_at = fields.Datetime("Trained", readonly=True)
    order_count = fields.Integer("Orders", readonly=True, help="Orders of known outcome that it learnt from.")
    bad_count = fields.Integer("Bad Orders", readonly=True)
    auc = fields.Float(
        "AUC",
        readonly=True,
        digits=(16, 3),
        aggregator=None,
        help="How often a bad order scores above a good one, on the latest orders: 0.5 is chance, 1 is perfect.",
    )
    brier = fields.Float(
        "Brier Score",
        readonly=True,
        digits=(16, 4),
        aggregator=None,
        help="Mean squared error of the probabilities, on the latest orders; lower is better.",
    )
    threshold = fields.Float(
        readonly=True, digits=(16, 4), aggregator=None, help="Probability from which holding costs less than shipping."
    )
    saving = fields.Float(
        "Saved (%)",
        readonly=True,
        digits=(16, 1),
        aggregator=None,
        help="What holding by the score costs less than holding nothing, on the latest orders.",
    )
    metrics = fields.Json(readonly=True)
    verdict = fields.Text(readonly=True, help="Why it is used or not.")
    note = fields.Char(help="Why somebody decided to use it, or what to remember of it.")
    sealed = fields.Text(groups=fields.NO_ACCESS, copy=False)

    _version_uniq = models.Constraint("UNIQUE(company_id, version)", "There is already a model of this version.")
    _one_champion = models.UniqueIndex("(company_id) WHERE state = 'champion'", "Only one model can be in use.")

    @api.depends("version")
    def _compute_name(self):
        for model in self:
            model.name = self.env._("Version %s", model.version)

    # === CHAMPION AND CHALLENGER === #

    @api.model
    def _get_champion(self, company):
        """The model that scores a company's orders; empty when there is none."""
        return self.sudo().search([("company_id", "=", company.id), ("state", "=", "champion")])

    @api.model
    def _enrol(self, policy, trained, table):
        """Keep a trained model, and use it if there is none or it is better than the one in use beyond chance.

        :param trained: :class:`~..risk.RiskModel` fresh from training
        :param table: the features that it was trained on
        """
        company = policy.company_id
        champion = self._get_champion(company)
        wins, verdict = self._judge(champion, trained, table)
        self.search([("company_id", "=", company.id), ("state", "=", "challenger")]).state = "retired"
        if wins:
            champion.filtered(lambda model: model.state == "champion")._retire()
        record = self.create(
            {**self._prepare_vals(company, trained), "state": "champion" if wins else "challenger", "verdict": verdict}
        )
        self._forget_old(company)
        return record

    def _judge(self, champion, trained, table):
        """Whether a challenger takes over, and why."""
        if not champion:
            return True, self.env._("Used, for it is the first one.")
        current = champion._load()
        if not current:
            return True, self.env._("Used, for the earlier one cannot be read any more.")
        trial = trained.trial
        # Only what neither has learnt from tells which one is better.
        unseen = (table.loc[trial.index, "time"] > current.seen_until).to_numpy()
        label = trial.label[unseen]
        if len(label) < COMPARED_ORDERS or label.sum() < COMPARED_BAD or label.all():
            return False, self.env._(
                "Kept as challenger: the outcome of only %(orders)s orders that the model in use has not learnt from "
                "is known, %(bad)s of them bad. %(least)s and %(least_bad)s are compared.",
                orders=len(label),
                bad=int(label.sum()),
                least=COMPARED_ORDERS,
                least_bad=COMPARED_BAD,
            )
        from ..risk import compare

        rows = table.loc[trial.index[unseen]]
        result = compare(label, current.probability(rows), trial.probability[unseen])
        figures = {"orders": result.orders, "gain": f"{result.gain:.4f}", "low": f"{result.low:.4f}"}
        figures["high"] = f"{result.high:.4f}"
        if result.wins:
            return True, self.env._(
                "Used: on %(orders)s orders that neither had learnt from it lost %(gain)s less per order (log loss), "
                "surely between %(low)s and %(high)s.",
                **figures,
            )
        return False, self.env._(
            "Kept as challenger: on %(orders)s orders that neither had learnt from it lost %(gain)s less per order "
            "(log loss), but that lies between %(low)s and %(high)s and may be chance.",
            **figures,
        )

    def _prepare_vals(self, company, trained):
        card, test = trained.card, trained.card["test"]
        last = self.search([("company_id", "=", company.id)], order="version desc", limit=1)
        saving = 100 * (1 - test["cost"] / test["cost_hold_none"]) if test["cost_hold_none"] else 0
        return {
            "company_id": company.id,
            "version": last.version + 1,
            "trained_at": fields.Datetime.now(),
            "order_count": card["orders"],
            "bad_count": card["bad"],
            "auc": test["auc"],
            "brier": test["brier"],
            "threshold": trained.threshold,
            "saving": saving,
            "metrics": card,
            "sealed": self._seal(trained.to_bytes()),
        }

    def _forget_old(self, company):
        domain = [("company_id", "=", company.id), ("state", "in", ["retired", "failed"]), ("sealed", "!=", False)]
        self.search(domain, offset=KEPT_MODELS).sealed = False

    def _retire(self):
        """Make room for another champion, in the database too, which allows one at a time."""
        self.state = "retired"
        self.flush_recordset(["state"])

    def action_make_champion(self):
        """Use this model from now on; the note says why a person decided so."""
        self.ensure_one()
        self.check_access("write")
        if not (self.note or "").strip():
            raise UserError(self.env._("Write into the note why this model is to be used, then try again."))
        if not self.sudo()._load():
            raise UserError(self.env._("This model cannot be read any more. Train a new one."))
        self._get_champion(self.company_id)._retire()
        verdict = self.env._("Used, as %(user)s decided: %(note)s", user=self.env.user.name, note=self.note)
        self.sudo().write({"state": "champion", "verdict": verdict})
        return True

    def action_train(self):
        """Have a new model trained."""
        return self.env["marketplace.risk.policy"]._get_policy(self.env.company).with_env(self.env).action_train()

    # === STORAGE === #

    def _seal(self, data):
        return secret_box.seal({"model": base64.b64encode(zlib.compress(data)).decode()})

    def _load(self):
        """The :class:`~..risk.RiskModel`, or ``None``: then the record is marked as unreadable, with the reason."""
        self.ensure_one()
        from .. import risk

        try:
            return self._read_sealed()
        except risk.OtherVersion as error:
            message = self.env._(
                "Made with scikit-learn %(stored)s, this server has %(running)s. A new model has to be trained.",
                stored=error.stored,
                running=error.running,
            )
        except (ValueError, KeyError):
            message = self.env._("The stored model was altered, sealed with another key, or removed. Train a new one.")
        self.sudo().write({"state": "failed", "verdict": message})
        return None

    @ormcache("self.id")
    def _read_sealed(self):
        """Unseal the model. Only bytes that this server has sealed itself are unpickled.

        :raise ValueError: altered, or sealed with another key; or made by another scikit-learn
        :raise KeyError: removed
        """
        from ..risk import RiskModel

        sealed = secret_box.unseal(self.sudo().sealed)["model"]
        return RiskModel.from_bytes(zlib.decompress(base64.b64decode(sealed)))
