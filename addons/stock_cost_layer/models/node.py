import json

from odoo import api, fields, models
from odoo.tools import SQL


class CostNode(models.Model):
    """Units that one event moved: how many of them are sold or lost for good, and what they charged to cost of sales.

    Derived from the log like `cost.state`, of which it is the part that grows: a batch reads and writes only the
    nodes that its events reach.
    """

    _name = "cost.node"
    _description = "Units of a Cost Event"
    _log_access = False
    _rec_name = "event_id"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", index=True)
    product_id = fields.Many2one("product.product", required=True, ondelete="restrict", index=True)
    event_id = fields.Many2one("cost.event", required=True, ondelete="restrict")
    data = fields.Json(help="Batch, units kept, amounts by component in the currency's smallest unit.")

    _event_uniq = models.Constraint("UNIQUE(event_id)", "An event has one node.")

    @api.model
    def _read_rows(self, rows, company, product_ids, seeds=None, holders=()):
        """Add nodes and links of products to rows of the engine.

        :param Rows rows: what they are added to
        :param seeds: ids of events whose units the coming events reach: they come with all that follows from them;
            None reads everything
        :param holders: ids of events that only their nodes are needed of
        """
        if seeds is None:
            which = SQL("node.company_id = %s AND node.product_id = ANY(%s)", company.id, list(product_ids))
            start = SQL("SELECT event_id FROM cost_node node WHERE %s", which)
        else:
            reached = self._get_reached(seeds)
            which = SQL("node.event_id = ANY(%s)", [*reached, *holders])
            start = SQL("SELECT unnest(%s::int[])", reached)
        for product, event, (batch, kept, amounts) in self.env.execute_query(
            SQL("SELECT node.product_id, node.event_id, node.data FROM cost_node node WHERE %s", which)
        ):
            rows.nodes[product, event] = (batch, kept, tuple(amounts))
        for product, event, later, units, is_return in self.env.execute_query(
            SQL(
                """SELECT node.product_id, link.event_id, link.later_id, link.units, link.is_return
                     FROM cost_link link JOIN cost_node node ON node.event_id = link.event_id
                    WHERE link.event_id IN (%s)""",
                start,
            )
        ):
            rows.links[product, event, later] = (int(units), is_return)

    @api.model
    def _get_reached(self, seeds):
        """Ids of events and of all that their units became part of later."""
        found = self.env.execute_query(
            SQL(
                """WITH RECURSIVE reached(id) AS (
                       SELECT unnest(%s::int[])
                       UNION SELECT link.later_id FROM cost_link link JOIN reached ON link.event_id = reached.id
                   ) SELECT id FROM reached""",
                list(seeds),
            )
        )
        return [row[0] for row in found]

    @api.model
    def _get_sources(self, event_ids):
        """Ids of events and of all that their units came from."""
        found = self.env.execute_query(
            SQL(
                """WITH RECURSIVE source(id) AS (
                       SELECT unnest(%s::int[])
                       UNION SELECT link.event_id FROM cost_link link JOIN source ON link.later_id = source.id
                   ) SELECT id FROM source""",
                list(event_ids),
            )
        )
        return {row[0] for row in found}

    @api.model
    def _write_rows(self, company, before, after):
        """Write the nodes and links that are otherwise than before; the rest is not touched."""
        nodes = [
            (company.id, product, event, json.dumps(values))
            for (product, event), values in after.nodes.items()
            if before.nodes.get((product, event)) != values
        ]
        if nodes:
            self.env.cr.execute_values(
                """INSERT INTO cost_node (company_id, product_id, event_id, data) VALUES %s
                       ON CONFLICT (event_id) DO UPDATE SET data = EXCLUDED.data""",
                nodes,
                page_size=len(nodes),
            )
        links = [
            (company.id, event, later, *values)
            for (product, event, later), values in after.links.items()
            if before.links.get((product, event, later)) != values
        ]
        if links:
            self.env.cr.execute_values(
                """INSERT INTO cost_link (company_id, event_id, later_id, units, is_return) VALUES %s
                       ON CONFLICT (event_id, later_id) DO UPDATE SET units = EXCLUDED.units""",
                links,
                page_size=len(links),
            )
        self.invalidate_model(flush=False)

    @api.model
    def _forget(self, company):
        """Delete all of a company, before it is made anew from the log."""
        for table in (SQL("cost_link"), SQL("cost_node")):
            self.env.execute_query(SQL("DELETE FROM %s WHERE company_id = %s RETURNING 1", table, company.id))


class CostLink(models.Model):
    """Units of one event that became part of a later one."""

    _name = "cost.link"
    _description = "Way of Units in the Cost Log"
    _log_access = False
    _rec_name = "event_id"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", index=True)
    event_id = fields.Many2one("cost.event", "From", required=True, ondelete="restrict")
    later_id = fields.Many2one("cost.event", "To", required=True, ondelete="restrict", index=True)
    units = fields.Float(help="In millionths of the product's unit of measure.")
    is_return = fields.Boolean()

    _way_uniq = models.Constraint("UNIQUE(event_id, later_id)", "Units of one event in another are one row.")
