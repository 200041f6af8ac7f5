import json
from dataclasses import astuple

from odoo import api, fields, models
from odoo.tools import SQL

from .publish_steps import Step, get_steps

DIVISION = ["product_id", "factor", "stock", "rank", "need", "desired", "shown", "taken"]


class MarketplaceStockPublisher(models.AbstractModel):
    """Says how a published number came about, from the query that made it."""

    _inherit = "marketplace.stock.publisher"

    @api.model
    def _explain(self, listings):
        """Arithmetic of the listings' targets, all in one query.

        :return: ``{listing id: [[code, change, total, words]]}`` of :class:`~.publish_steps.Step`; listings that are
            not published are missing
        """
        if not listings:
            return {}
        self._flush_targets()
        self.env["marketplace.listing"].flush_model(["latency", "stock_velocity"])
        self.env["marketplace.shop"].flush_model(["protection"])
        rows = self._execute_targets(self._get_facts_sql(listings))
        return {
            listing_id: [list(astuple(step)) for step in get_steps(self._read_facts(facts))]
            for listing_id, facts in rows
        }

    @api.model
    def _read_facts(self, facts):
        """The scarcest component of a kit decides about its part."""
        facts["division"] = min(
            (part for part in facts["division"] or () if part["scarce"]),
            key=lambda part: min(part["desired"], max(part["shown"], part["stock"] - part["taken"])) / part["factor"],
            default=None,
        )
        if facts["division"]:
            facts["division"] = {name: facts["division"][name] for name in DIVISION}
        return facts

    @api.model
    def _get_facts_sql(self, listings):
        """Query of ``(listing_id, facts)``, see :func:`~.publish_steps.get_steps`."""
        return SQL(
            """
            %(targets)s,
            wanted AS (
                SELECT answer.*, listing.latency, listing.stock_velocity, shop.protection
                  FROM answer
                  JOIN marketplace_listing listing ON listing.id = answer.listing_id
                  JOIN marketplace_shop shop ON shop.id = answer.shop_id
                 WHERE answer.listing_id IN %(ids)s
            ),   counted AS (
                SELECT product_id, warehouse_id, kind, SUM(quantity) AS quantity
                  FROM (%(counted)s) AS part GROUP BY product_id, warehouse_id, kind
            ),   kit_cell AS (%(kit_cells)s)
            SELECT wanted.listing_id, TO_JSONB(wanted) || JSONB_BUILD_OBJECT(
                       'parts', COALESCE((
                           SELECT JSONB_AGG(JSONB_BUILD_ARRAY(counted.warehouse_id, counted.kind, counted.quantity)
                                            ORDER BY counted.warehouse_id, counted.kind)
                             FROM counted JOIN source ON source.warehouse_id = counted.warehouse_id
                            WHERE counted.product_id = wanted.product_id AND source.shop_id = wanted.shop_id
                       ), '[]'),
                       'kits', (
                           SELECT JSONB_AGG(JSONB_BUILD_ARRAY(kit_cell.warehouse_id, kit_cell.quantity)
                                            ORDER BY kit_cell.warehouse_id)
                             FROM kit_cell JOIN source ON source.warehouse_id = kit_cell.warehouse_id
                            WHERE kit_cell.product_id = wanted.product_id AND source.shop_id = wanted.shop_id),
                       'division', (
                           SELECT JSONB_AGG(TO_JSONB(division)) FROM division
                            WHERE division.listing_id = wanted.listing_id))
              FROM wanted
            """,
            targets=self._get_targets_sql(listings.shop_id),
            ids=tuple(listings.ids),
            counted=self._get_counted_sql(
                SQL("(SELECT product_id FROM wanted)"), SQL("(SELECT warehouse_id FROM place)")
            ),
            kit_cells=self._get_kit_cells_sql(),
        )


class MarketplaceListing(models.Model):
    _inherit = "marketplace.listing"

    explanation = fields.Json(readonly=True, copy=False, help="How the target came about when it was decided.")

    def _store_explanations(self):
        """Keep how the targets come about, with what is sent; one query for all."""
        explained = self.env["marketplace.stock.publisher"]._explain(self)
        if not explained:
            return
        self.flush_model(["explanation"])
        self.env.execute_query(
            SQL(
                """
                UPDATE marketplace_listing listing SET explanation = new.steps::jsonb
                  FROM UNNEST(%s::integer[], %s::text[]) AS new (id, steps)
                 WHERE listing.id = new.id RETURNING listing.id
                """,
                list(explained),
                [json.dumps(steps) for steps in explained.values()],
            )
        )
        self.invalidate_recordset(["explanation"])

    def action_explain(self):
        """Show how the number that this shop should show now comes about."""
        self.ensure_one()
        steps = self.env["marketplace.stock.publisher"].sudo()._explain(self).get(self.id)
        return self._open_explanation(steps)

    def _open_explanation(self, steps):
        why = self.env["marketplace.publish.why"].create({"listing_id": self.id, "steps": steps})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why This Number?"),
            "res_model": "marketplace.publish.why",
            "res_id": why.id,
            "view_mode": "form",
            "target": "new",
        }


class MarketplaceStockPush(models.Model):
    _inherit = "marketplace.stock.push"

    explanation = fields.Json(readonly=True, help="How the quantity came about when it was decided.")

    def action_explain(self):
        """Show how the number that was sent came about."""
        self.ensure_one()
        return self.listing_id._open_explanation(self.explanation)


def read_steps(explanation):
    """The steps of a stored explanation."""
    return [Step(*values) for values in explanation or ()]
