from odoo import models

from ..checks.finding import Finding
from ..checks.text import digest


class MarketplaceReviewer(models.AbstractModel):
    _inherit = "marketplace.reviewer"

    def _check_forbidden(self, cases):
        """Destinations that must not be served, with these goods or at all, and recipients on a sanction list."""
        by_country = self.env["marketplace.forbidden.destination"]._get_in_force(cases.orders)
        findings = []
        for order in cases.orders:
            rules = by_country.get(order.partner_shipping_id.country_id, ())
            hits = self._find_forbidden(order, [rule for rule in rules if rule._forbids(order)])
            names = self._find_sanctioned(order, cases.rule.name_score)
            if hits or names:
                findings.append(self._prepare_forbidden_finding(order, hits, names))
        return findings

    def _find_forbidden(self, order, rules):
        """What of an order each rule forbids.

        :return: ``[(rule, products, kinds of goods)]``; both empty where nothing at all may be sent there
        """
        products = self._get_goods(order).product_id if rules else self.env["product.product"]
        hits = []
        for rule in rules:
            kinds = rule.goods_kind_ids
            concerned = products.filtered(lambda product, kinds=kinds: product.marketplace_goods_kind_ids & kinds)
            if not kinds or concerned:
                hits.append((rule, concerned, concerned.marketplace_goods_kind_ids & kinds))
        return hits

    def _find_sanctioned(self, order, score):
        """Entries of the sanction lists that the buyer or the recipient may be.

        :return: ``[(name, Match)]``
        """
        index = self.env["marketplace.sanction.entry"]._get_index(order.company_id.id)
        if not index:
            return []
        people = order.partner_id | order.partner_shipping_id
        names = {partner.name for partner in people if partner.name and not partner.marketplace_erased_at}
        return [(name, match) for name in sorted(names) for match in index.find(name, score)[:3]]

    def _prepare_forbidden_finding(self, order, hits, names):
        country = order.partner_shipping_id.country_id
        evidence = []
        for rule, products, kinds in hits:
            what = ", ".join(products.mapped("display_name")) or self.env._("All goods")
            evidence += [
                (what, ", ".join(kinds.mapped("name")) or self.env._("nothing may be sent there")),
                (rule.state_id.display_name or country.name, rule.note),
            ]
        lists = self.env["marketplace.sanction.entry"].browse(match.entry.key for _name, match in names)
        for (name, match), entry in zip(names, lists, strict=True):
            evidence.append((name, self._describe_match(match, entry)))
        note = (
            self.env._("A name is on a sanction list. Make sure that it is somebody else before you release the order.")
            if names
            else self.env._("This must not be sent there. Cancel the order at the marketplace, or send it another way.")
        )
        keys = [f"rule:{rule.id}:{sorted(products.ids)}" for rule, products, _kinds in hits]
        keys += [f"name:{name}:{match.name}" for name, match in names]
        return Finding(order.id, "forbidden", note, tuple(evidence), digest(*sorted(keys)))

    def _describe_match(self, match, entry):
        parts = {
            "score": f"{100 * match.score:.0f}",
            "name": match.name,
            "list": entry.list_id.name,
            "country": entry.country or self.env._("no country stated"),
        }
        return self.env._("%(score)s %% like %(name)s (%(country)s) on %(list)s", **parts)
