from markupsafe import Markup
from odoo import api, fields, models

from ..models.publish_explain import read_steps


class MarketplacePublishWhy(models.TransientModel):
    """The arithmetic of a published number, line by line."""

    _name = "marketplace.publish.why"
    _description = "Why a Shop Shows This Number"

    listing_id = fields.Many2one("marketplace.listing", required=True, readonly=True, ondelete="cascade")
    steps = fields.Json(readonly=True)
    arithmetic = fields.Html(compute="_compute_arithmetic", sanitize=False)

    @api.depends("steps")
    def _compute_arithmetic(self):
        for why in self:
            why.arithmetic = why._render() if why.steps else False

    def _render(self):
        row = Markup("<tr><td>%s</td><td class='text-end'>%s</td><td class='text-end'>%s</td></tr>")
        rows = [row % (self._tell(step), f"{step.change:+g}", f"{step.total:g}") for step in read_steps(self.steps)]
        table = Markup(
            "<table class='table table-sm'><thead><tr><th>%s</th><th class='text-end'>%s</th>"
            "<th class='text-end'>%s</th></tr></thead><tbody>%s</tbody><tfoot><tr class='fw-bold'>"
            "<td>%s</td><td/><td class='text-end'>%g</td></tr></tfoot></table>"
        )
        total = read_steps(self.steps)[-1].total
        return table % (
            self.env._("Step"),
            self.env._("Units"),
            self.env._("Then"),
            Markup().join(rows),
            self.env._("Shown in the shop"),
            total,
        )

    def _tell(self, step):
        """What a step did, in a sentence."""
        words = dict(step.words)
        if "warehouse" in words:
            words["warehouse"] = self.env["stock.warehouse"].sudo().browse(words["warehouse"]).display_name
        if step.code == "divided":
            words["product"] = self.env["product.product"].sudo().browse(words["product_id"]).display_name
        return self._get_sentences()[step.code] % words

    def _get_sentences(self):
        return {
            "on_hand": self.env._("On hand in %(warehouse)s"),
            "reserved": self.env._("Reserved in %(warehouse)s"),
            "demand": self.env._("Still to be reserved for confirmed transfers from %(warehouse)s"),
            "pending": self.env._("In marketplace orders that are not confirmed, from %(warehouse)s"),
            "kits": self.env._("Whole kits that the components in %(warehouse)s allow"),
            "nothing": self.env._("Nothing on hand and nothing sold"),
            "off_sale": self.env._("Off sale: 0 is shown"),
            "buffer": self.env._("Buffer that was set"),
            "auto_buffer": self.env._(
                "Automatic buffer: all shops with this stock sell %(stock_velocity).4g an hour, and %(latency).4g "
                "minutes pass before a sale is known everywhere; this covers it %(protection)g %% of the time "
                "(at least %(buffer)g)"
            ),
            "share": self.env._("Share of this shop: %(share)g %%"),
            "whole": self.env._("Whole units only, not below 0"),
            "end_when": self.env._("End when %(end_when)g or fewer would be offered"),
            "cap": self.env._("Never more than %(cap)g"),
            "divided": self.env._(
                "Too few for every shop, so %(product)s is divided: this shop comes in place %(rank)g and may have "
                "%(desired)g of %(stock)g; others hold %(taken)g, here %(shown)g are shown already"
            ),
            "preorder": self.env._("On the way and not sold (%(incoming)g in all), here on %(day)s"),
        }
