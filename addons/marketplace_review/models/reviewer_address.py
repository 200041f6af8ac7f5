from odoo import models

from ..checks.address import AddressFacts, find_faults
from ..checks.finding import Finding
from ..checks.text import digest


class MarketplaceReviewer(models.AbstractModel):
    _inherit = "marketplace.reviewer"

    def _check_address_check(self, cases):
        """Delivery addresses that lack something, or say what cannot be."""
        rule = cases.rule
        options = {
            "line_length": rule.line_length,
            "check_phone": rule.check_phone,
            "phone_required": rule.phone_required,
        }
        findings = []
        for order in cases.orders.filtered(self._has_address_to_judge):
            facts = self._get_address_facts(order.partner_shipping_id)
            faults = find_faults(facts, **options)
            if any(not fault.warning for fault in faults):
                findings.append(self._prepare_address_finding(order, facts, faults))
        return findings

    def _has_address_to_judge(self, order):
        """Not what the marketplace hides, nor what is missing as a whole: that is held when it is imported."""
        partner = order.partner_shipping_id
        if order.marketplace_address_masked or partner.marketplace_erased_at:
            return False
        return any(partner[name] for name in ("street", "street2", "city", "zip"))

    def _get_address_facts(self, partner):
        """:class:`~..checks.address.AddressFacts` of a partner."""
        return AddressFacts(
            country=partner.country_id.code or "",
            state=partner.state_id.name or "",
            state_code=partner.state_id.code or "",
            state_country=partner.state_id.country_id.code or "",
            city=partner.city or "",
            postcode=partner.zip or "",
            street=partner.street or "",
            street2=partner.street2 or "",
            phone=partner.phone or "",
        )

    def _prepare_address_finding(self, order, facts, faults):
        labels = self._get_address_labels()
        faults = sorted(faults, key=lambda fault: fault.warning)
        evidence = tuple((labels[fault.field], self._describe_fault(fault)) for fault in faults)
        wrong = dict.fromkeys(labels[fault.field] for fault in faults if not fault.warning)
        return Finding(
            order.id,
            "address_check",
            self.env._("A parcel to this address may not arrive. Correct it, or ask the buyer: %s", ", ".join(wrong)),
            (*evidence, (self.env._("Address"), self._show_address(order.partner_shipping_id))),
            digest(repr(facts), *sorted(f"{fault.field}:{fault.code}" for fault in faults)),
        )

    def _get_address_labels(self):
        return {
            "country": self.env._("Country"),
            "state": self.env._("State"),
            "city": self.env._("City"),
            "postcode": self.env._("Postcode"),
            "street": self.env._("Street"),
            "street2": self.env._("Street 2"),
            "phone": self.env._("Phone"),
        }

    def _describe_fault(self, fault):
        """Why a field cannot be right, and what would be."""
        value, expected = fault.value, fault.expected
        reason = {
            "missing": lambda: self.env._("is missing"),
            "unknown": lambda: self.env._("'%s' is not known there", value),
            "foreign": lambda: self.env._("'%s' belongs to another country", value),
            "placeholder": lambda: self.env._("'%s' is no real entry", value),
            "only_digits": lambda: self.env._("'%s' is only a number", value),
            "pattern": lambda: self.env._("'%s' is not how postcodes of the country look", value),
            "other_state": lambda: self.env._("'%s' lies in another state", value),
            "too_long": lambda: self.env._("'%(value)s' is longer than %(length)s", value=value, length=expected),
            "invalid": lambda: self.env._("'%s' is no number that can be rung", value),
        }[fault.code]()
        if not expected or fault.code == "too_long":
            return reason
        return self.env._("%(reason)s. Right would be, for example: %(expected)s", reason=reason, expected=expected)

    def _show_address(self, partner):
        parts = [partner.street, partner.street2, partner.zip, partner.city, partner.state_id.name]
        return ", ".join(part for part in [*parts, partner.country_id.name, partner.phone] if part)
