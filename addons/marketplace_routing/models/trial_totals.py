from odoo import api, fields, models

# Counted per order, before and after.
SIDES = ("before", "after")
COUNTED = ("parcels", "splits", "kept", "broken", "combined")


class MarketplaceRoutingTrial(models.Model):
    """This part adds up what a dry run shows."""

    _inherit = "marketplace.routing.trial"

    freight_before = fields.Monetary(readonly=True, copy=False)
    freight_after = fields.Monetary(readonly=True, copy=False)
    freight_difference = fields.Monetary(
        compute="_compute_freight_difference", help="Less than 0: cheaper than before."
    )
    unpriced_count = fields.Integer(
        "Orders Without Freight", readonly=True, copy=False, help="No rate before or after: left out of the freight."
    )
    parcels_before = fields.Integer(readonly=True, copy=False)
    parcels_after = fields.Integer(readonly=True, copy=False)
    splits_before = fields.Integer(readonly=True, copy=False)
    splits_after = fields.Integer(readonly=True, copy=False)
    kept_before = fields.Integer(readonly=True, copy=False)
    kept_after = fields.Integer(readonly=True, copy=False)
    broken_before = fields.Integer(readonly=True, copy=False)
    broken_after = fields.Integer(readonly=True, copy=False)
    combined_before = fields.Integer(readonly=True, copy=False)
    combined_after = fields.Integer(readonly=True, copy=False)
    changed_count = fields.Integer("Orders That Change", readonly=True, copy=False)
    unmatched_count = fields.Integer("Orders No Rule Decided", readonly=True, copy=False)
    waiting_count = fields.Integer("Orders That Would Wait", readonly=True, copy=False)
    held_count = fields.Integer("Orders That Would Be Held", readonly=True, copy=False)
    unrecorded_count = fields.Integer(
        "Orders Without Recorded Stock", readonly=True, copy=False, help="Decided on today's stock instead."
    )
    moves = fields.Json(readonly=True, copy=False, help="Orders per pair of warehouses before and after.")
    rule_counts = fields.Json(readonly=True, copy=False, help="Orders to which each rule applied.")
    idle_rules = fields.Char("Rules That Matched Nothing", readonly=True, copy=False)
    totals_html = fields.Html("Before and After", compute="_compute_totals_html", sanitize=False)

    @api.depends("freight_before", "freight_after")
    def _compute_freight_difference(self):
        for trial in self:
            trial.freight_difference = trial.freight_after - trial.freight_before

    @api.model
    def _prepare_empty_totals(self):
        names = [f"{name}_{side}" for name in ("freight", *COUNTED) for side in SIDES]
        names += ["unpriced_count", "changed_count", "unmatched_count", "waiting_count", "held_count"]
        return {**dict.fromkeys([*names, "unrecorded_count"], 0), "moves": {}, "rule_counts": {}, "idle_rules": False}

    def _add_totals(self, results):
        """Add the orders of a batch.

        :param list results: :class:`~.trial_run.Result`
        """
        self.ensure_one()
        vals = {name: self[name] for name in self._prepare_empty_totals()}
        vals["moves"], vals["rule_counts"] = dict(vals["moves"] or {}), dict(vals["rule_counts"] or {})
        for result in results:
            self._add_result(vals, result)
        self.write(vals)

    def _add_result(self, vals, result):
        decision = result.decision
        sides = (
            ("before", result.before, result.joined_before, result.combined_before),
            ("after", decision.option, result.joined_after, result.combined_after),
        )
        for side, option, joined, combined in sides:
            vals[f"parcels_{side}"] += len(option.shipments) - joined
            vals[f"combined_{side}"] += combined
            vals[f"splits_{side}"] += len(option.shipments) > 1
            vals[f"kept_{side}"] += option.promise is True
            vals[f"broken_{side}"] += option.promise is False
        if result.before.freight is None or decision.option.freight is None:
            vals["unpriced_count"] += 1
        else:
            vals["freight_before"] += float(result.before.freight)
            vals["freight_after"] += float(decision.option.freight)
        vals["changed_count"] += bool(result.changed_lines)
        vals["unmatched_count"] += decision.rule is None
        vals["waiting_count"] += bool(decision.option.missing)
        vals["held_count"] += decision.hold is not None
        vals["unrecorded_count"] += result.is_unrecorded
        self._count_move(vals["moves"], result)
        for rule_id, _step in decision.trail:
            vals["rule_counts"][str(rule_id)] = vals["rule_counts"].get(str(rule_id), 0) + 1

    def _count_move(self, moves, result):
        before, after = (sorted(option.warehouse_ids) for option in (result.before, result.decision.option))
        if before != after:
            key = f"{','.join(map(str, before))}>{','.join(map(str, after))}"
            moves[key] = moves.get(key, 0) + 1

    def _note_idle_rules(self):
        """Name the rules that applied to no order."""
        idle = self.ruleset_id.rule_ids.filtered(lambda rule: str(rule.id) not in (self.rule_counts or {}))
        self.idle_rules = ", ".join(idle.mapped("name")) or False

    # === SCREEN === #

    @api.depends("done_count", "moves", "rule_counts")
    @api.depends_context("lang")
    def _compute_totals_html(self):
        for trial in self:
            trial.totals_html = trial.done_count and self.env["ir.qweb"]._render(
                "marketplace_routing.trial_totals",
                {
                    "rows": trial._prepare_rows(),
                    "moves": trial._prepare_moves(),
                    "rules": trial._prepare_rule_rows(),
                    "merge_hours": trial.combined_after and trial.ruleset_id.merge_hours,
                },
            )

    def _prepare_rows(self):
        """``[(label, before, after, difference, whether it is better, same or worse: 1, 0, -1)]``"""
        money = self.currency_id.format
        labels = {
            "parcels": (self.env._("Parcels"), -1),
            "splits": (self.env._("Orders in several parcels"), -1),
            "combined": (self.env._("Orders that share a parcel"), 1),
            "kept": (self.env._("Promises kept"), 1),
            "broken": (self.env._("Promises broken"), -1),
        }
        gain = self.currency_id.compare_amounts(self.freight_before, self.freight_after)
        rows = [
            (
                self.env._("Freight"),
                money(self.freight_before),
                money(self.freight_after),
                money(self.freight_difference),
                gain,
            )
        ]
        for name, (label, sign) in labels.items():
            before, after = self[f"{name}_before"], self[f"{name}_after"]
            better = sign * ((after > before) - (after < before))
            rows.append((label, before, after, f"{after - before:+d}" if after != before else "0", better))
        return rows

    def _prepare_moves(self):
        """``[(warehouses before, warehouses after, orders)]``, most orders first."""
        names = {warehouse.id: warehouse.name for warehouse in self._get_moved_warehouses()}

        def spell(ids):
            return " + ".join(names.get(int(id_), "?") for id_ in ids.split(",") if id_)

        moves = sorted((self.moves or {}).items(), key=lambda item: -item[1])
        return [(*map(spell, key.split(">")), count) for key, count in moves]

    def _get_moved_warehouses(self):
        ids = {int(id_) for key in self.moves or {} for id_ in key.replace(">", ",").split(",") if id_}
        return self.env["stock.warehouse"].sudo().browse(ids).exists()

    def _prepare_rule_rows(self):
        """``[(rule, orders to which it applied)]`` in their order."""
        return [(rule.name, (self.rule_counts or {}).get(str(rule.id), 0)) for rule in self.ruleset_id.sudo().rule_ids]
