from odoo import api, fields, models
from odoo.tools import format_list

from .freight_messages import describe


class MarketplaceRoutingDecision(models.Model):
    """The words of a decision, made when they are read."""

    _inherit = "marketplace.routing.decision"

    summary = fields.Char(compute="_compute_summary", compute_sudo=True)
    explanation = fields.Html("Why This Warehouse?", compute="_compute_explanation", compute_sudo=True, sanitize=False)

    # === SUMMARY === #

    @api.depends("alternatives", "rule_id")
    @api.depends_context("lang")
    def _compute_summary(self):
        for decision in self:
            places = [decision._describe_shipment(shipment) for shipment in decision._get_chosen()["shipments"]]
            decision.summary = self.env._(
                "%(warehouses)s, decided by %(rule)s",
                warehouses=format_list(self.env, places) if places else "",
                rule=decision.rule_id.name or self.env._("no rule: the shop's own warehouse"),
            )

    def _get_chosen(self):
        self.ensure_one()
        return (self.alternatives or [{"shipments": []}])[0]

    def _describe_shipment(self, shipment):
        warehouse = self.env["stock.warehouse"].browse(shipment["warehouse"])
        carrier = self.env["delivery.carrier"].browse(shipment["carrier"] or ())
        return f"{warehouse.name} ({carrier.name})" if carrier else warehouse.name

    # === EXPLANATION === #

    @api.depends("alternatives", "inputs", "trail")
    @api.depends_context("lang", "tz")
    def _compute_explanation(self):
        for decision in self:
            decision.explanation = self.env["ir.qweb"]._render(
                "marketplace_routing.decision_explanation", decision._prepare_explanation()
            )

    def _prepare_explanation(self):
        """Rows of the tables of an explanation."""
        return {
            "decision": self,
            "facts": self._describe_facts(),
            "stock": self._prepare_stock_table(),
            "options": self._prepare_option_rows(),
            "steps": self._describe_trail(),
            "skipped": self._describe_skipped(),
        }

    def _describe_facts(self):
        """What the rules knew of the order: ``[(label, value)]``."""
        known = self.inputs or {}
        hours = {
            self.env._("To be shipped"): known.get("hours_to_ship"),
            self.env._("To be delivered"): known.get("hours_to_deliver"),
        }
        tags = self.env["crm.tag"].browse(known.get("tags")).exists()
        country = self.env["res.country"].search([("code", "=", known.get("country"))], limit=1)
        place = [country.name, known.get("state"), known.get("postcode")]
        rows = [
            (self.env._("Shop"), self.shop_id.display_name),
            (self.env._("Delivery to"), " ".join(part for part in place if part)),
            (self.env._("Weight"), self.env._("%g kg", known.get("weight") or 0)),
            (self.env._("Value"), self.currency_id.format(known.get("value") or 0)),
            (self.env._("Buyer"), self.env._("Business") if known.get("business") else self.env._("Private")),
            (self.env._("Promised service"), known.get("service")),
            (self.env._("Tags"), ", ".join(tags.mapped("name"))),
            *((label, self.env._("within %g hours", value)) for label, value in hours.items() if value is not None),
        ]
        return [(label, value) for label, value in rows if value]

    def _prepare_stock_table(self):
        """Units that the weighed warehouses had of each product of the order.

        :return: names of the warehouses, and ``[(product, wanted units, [units per warehouse])]``
        """
        known = self.inputs or {}
        units = {(product_id, warehouse_id): has for product_id, warehouse_id, has in known.get("stock") or []}
        warehouses = self.env["stock.warehouse"].browse(dict.fromkeys(key[1] for key in units))
        products = self.env["product.product"]
        rows = [
            (
                products.browse(product_id).display_name,
                wanted,
                [max(units.get((product_id, warehouse.id), 0), 0) for warehouse in warehouses],
            )
            for product_id, wanted in known.get("needs") or []
        ]
        return warehouses.mapped("name"), rows

    # === ALTERNATIVES === #

    def _prepare_option_rows(self):
        """Rows of the table of alternatives; what two rules refuse for the same reason stands there once."""
        rows = {}
        for option in self.alternatives or []:
            row = self._prepare_option_row(option)
            rows.setdefault((row["name"], row["reason"]), row)
        return list(rows.values())

    def _prepare_option_row(self, option):
        """A row of the table of alternatives."""
        shipments = option["shipments"]
        warehouses = self.env["stock.warehouse"].browse(shipment["warehouse"] for shipment in shipments)
        distances = [shipment["km"] for shipment in shipments if "km" in shipment]
        freights = [shipment.get("freight") for shipment in shipments]
        chosen = not option["reason"]
        return {
            "chosen": chosen,
            "name": " + ".join(warehouses.mapped("name")),
            "distance": self.env._("%s km", " + ".join(f"{km:,}" for km in distances)) if distances else "–",
            "freight": self.currency_id.format(sum(map(float, freights))) if all(freights) else "–",
            "parcels": len(shipments),
            "promise": {True: self.env._("kept"), False: self.env._("broken")}.get(option["promise"], "–"),
            "reason": self._describe_choice(option) if chosen else self._describe_reason(option),
        }

    def _describe_choice(self, option):
        """What is to be said of the chosen option."""
        words = [self.env._("Chosen")]
        if missing := option["values"].get("missing"):
            words.append(self.env._("waits for stock: %s", self._describe_missing(missing)))
        if self.rule_id.ship_from == "cheapest" and not all("freight" in shipment for shipment in option["shipments"]):
            words.append(self.env._("no carrier has a rate, so the nearest ships"))
        return " – ".join(words)

    def _describe_reason(self, option):
        values = option["values"]
        texts = {
            "short": lambda: self.env._("Short: %s", self._describe_missing(values["missing"])),
            "fulfilment": lambda: self.env._("Kept for the marketplace that ships from it"),
            "rank": lambda: self.env._("Later in the list of the rule"),
            "farther": lambda: self.env._("%s km farther away", f"{values['more']:,}"),
            "unplaced": lambda: self.env._("Its address or the buyer's is not known"),
            "dearer": lambda: self.env._("Costs %s more", self.currency_id.format(float(values["more"]))),
            "no_rate": lambda: self.env._("No carrier has a rate: %s", self._describe_refusals(option)),
            "parcels": lambda: self.env._("More parcels"),
            "late": lambda: self.env._("Arrives too late: up to %s days", values["days"]),
            "apart": lambda: self.env._("Another order of the buyer leaves from the chosen warehouse"),
        }
        return texts[option["reason"]]()

    def _describe_missing(self, missing):
        products = self.env["product.product"]
        return ", ".join(
            self.env._(
                "%(has)g of %(wanted)g %(product)s",
                has=max(has, 0),
                wanted=wanted,
                product=products.browse(product_id).display_name,
            )
            for product_id, wanted, has in missing
        )

    def _describe_refusals(self, option):
        """Why each carrier does not take the parcels."""
        known = self.inputs or {}
        place = " ".join(filter(None, (known.get("country"), known.get("state"), known.get("postcode"))))
        found = {}
        for shipment in option["shipments"]:
            for carrier_id, code, values in shipment.get("refusals", ()):
                carrier = self.env["delivery.carrier"].browse(carrier_id)
                found[carrier.name] = describe(self.env, code, {**values, "place": place})
        return " ".join(f"{name}: {text}" for name, text in found.items()) or self.env._("there are no rate tables.")

    # === RULES === #

    def _describe_trail(self):
        """Rules that applied and what they did: ``[(name, words)]``."""
        words = {
            "decided": self.env._("decided where it ships from"),
            "waits": self.env._("decided where it ships from, though the stock is short"),
            "cannot_ship": self.env._("applied, but none of its warehouses could ship"),
            "added": self.env._("applied and added what it says"),
            "already_decided": self.env._("applied, but an earlier rule had decided"),
        }
        rules = self.env["marketplace.routing.rule"]
        steps = (self.trail or {}).get("applied") or []
        return [(rules.browse(rule_id).name, words[step]) for rule_id, step in steps]

    def _describe_skipped(self):
        """Rules that did not apply and the condition that kept them: ``[(name, words)]``."""
        words = {
            "state": self.env._("another state"),
            "business": self.env._("another kind of buyer"),
            "tags": self.env._("none of its tags"),
            "weight": self.env._("another weight"),
            "value": self.env._("another value"),
            "due": self.env._("another promise"),
            "service": self.env._("another service"),
            "postcode": self.env._("another postcode"),
            "products": self.env._("other products"),
            "stock": self.env._("the stock is otherwise"),
        }
        rules = self.env["marketplace.routing.rule"]
        skipped = (self.trail or {}).get("skipped") or []
        return [(rules.browse(rule_id).name, words[condition]) for rule_id, condition in skipped]
