import hashlib

from odoo import models
from odoo.addons.phone_validation.tools.phone_validation import phone_format

ADDRESS_FIELDS = ("street", "street2", "city", "zip")


class MarketplaceOrderImporter(models.AbstractModel):
    """Buyers: one partner per anonymous buyer key, and one contact below it per further delivery address."""

    _inherit = "marketplace.order.importer"

    def _get_partners(self, batch, orders):
        """Buyer and delivery partner of each order; one search and one create() per kind for the batch.

        :param batch: :class:`.order_batch.OrderBatch`
        :param list orders: ``[(shop, Order)]``
        :return: ``[(buyer, delivery)]`` in the same order
        """
        buyer_vals = [self._prepare_buyer_vals(batch, shop, order) for shop, order in orders]
        buyers = self._find_or_create([vals["marketplace_key"] for vals in buyer_vals], buyer_vals)
        wanted = []
        for (shop, order), buyer, vals in zip(orders, buyers, buyer_vals, strict=True):
            shared = self._is_shared(vals["marketplace_key"])
            same = not order.address or (not shared and self._has_address(buyer, vals, order.address))
            wanted.append(None if same else self._prepare_delivery_vals(batch, shop, order, buyer))
        delivery_vals = [vals for vals in wanted if vals]
        contacts = iter(self._find_or_create([vals["marketplace_key"] for vals in delivery_vals], delivery_vals))
        return [(buyer, next(contacts) if vals else buyer) for buyer, vals in zip(buyers, wanted, strict=True)]

    def _find_or_create(self, keys, vals_list):
        """Partners by key, created where missing, filled again where their data was erased.

        :return: partners in the order of the keys, repeated where keys repeat
        """
        Partner = self.env["res.partner"].with_context(active_test=False)
        by_key = {partner.marketplace_key: partner for partner in Partner.search([("marketplace_key", "in", keys)])}
        missing = {}
        for key, vals in zip(keys, vals_list, strict=True):
            if key not in by_key:
                missing.setdefault(key, vals)
            elif by_key[key].marketplace_erased_at:
                by_key[key].write({**vals, "marketplace_erased_at": False})
        created = self.env["res.partner"].create(list(missing.values()))
        by_key.update(zip(missing, created, strict=True))
        return [by_key[key] for key in keys]

    def _has_address(self, partner, vals, address):
        """Whether a buyer's own name and address are those of this delivery."""
        if address.name and address.name != partner.name:
            return False
        return (
            all((partner[field] or False) == vals[field] for field in ADDRESS_FIELDS)
            and partner.country_id.id == vals["country_id"]
            and partner.state_id.id == vals["state_id"]
        )

    # === VALUES === #

    def _prepare_buyer_vals(self, batch, shop, order):
        """Values of the partner who bought, with the delivery address of this order as its own."""
        buyer = order.buyer
        company = buyer.company or (order.address.company if order.address else "")
        name = (company if order.is_business else "") or buyer.name or (order.address.name if order.address else "")
        key = self._get_buyer_key(shop, order)
        vals = {
            **self._prepare_partner_base_vals(batch, shop),
            **self._prepare_address_vals(batch, order.address),
            "name": name or self.env._("Buyer %s", key[-6:]),
            "email": buyer.email or False,
            "marketplace_key": key,
            "customer_rank": 1,
        }
        if order.is_business and company:
            vals.update(is_company=True, vat=buyer.vat or False)
        if self._is_shared(key):
            # Of nobody in particular: the place of delivery is a contact below it.
            country = order.address.country_code if order.address else ""
            vals["name"] = self.env._("Buyers of %(shop)s %(country)s", shop=shop.name, country=country).strip()
            vals.update(dict.fromkeys(ADDRESS_FIELDS, False))
        return vals

    def _prepare_delivery_vals(self, batch, shop, order, buyer):
        """Values of a further delivery address of a buyer."""
        digest = self._digest(*(getattr(order.address, field) for field in order.address.__dataclass_fields__))
        return {
            **self._prepare_partner_base_vals(batch, shop),
            **self._prepare_address_vals(batch, order.address),
            "name": order.address.name or buyer.name,
            "parent_id": buyer.id,
            "type": "delivery",
            "marketplace_key": f"{buyer.marketplace_key}/{digest}",
        }

    def _prepare_partner_base_vals(self, batch, shop):
        return {
            "marketplace_account_id": shop.account_id.id,
            "lang": batch.keep("lang", lambda: self.env.lang or batch.company.partner_id.lang),
            "user_id": False,
        }

    def _prepare_address_vals(self, batch, address):
        """Values of an address; a masked one keeps what is stated and is completed by a later revision."""
        if not address:
            return {}
        country = batch.countries.get(address.country_code) if address.masked else batch.country_of(address)
        state = batch.states.get((country.id, address.state.casefold())) if country else None
        rest = [address.street2, address.street3, address.district, "" if state else address.state]
        return {
            "street": address.street or False,
            "street2": ", ".join(part for part in rest if part) or False,
            "city": address.city or False,
            "zip": address.postal_code or False,
            "country_id": country.id if country else False,
            "state_id": state.id if state else False,
            "phone": self._format_phone(address.phone, country) or False,
        }

    def _format_phone(self, phone, country):
        """E.164, or the number as received where it is none."""
        if not phone or not country:
            return phone
        return phone_format(phone, country.code, country.phone_code, force_format="E164", raise_exception=False)

    # === KEYS === #

    def _get_buyer_key(self, shop, order):
        """Stable key of a buyer that tells nothing about the person.

        Without a key from the marketplace the delivery address identifies the buyer; without one either, all buyers of
        the shop and country share a partner.
        """
        if order.buyer.key:
            return f"{shop.account_id.id}:b:{self._digest(order.buyer.key)}"
        address = order.address
        if address and (address.street or address.name):
            digest = self._digest(address.name, address.street, address.postal_code, address.country_code)
            return f"{shop.account_id.id}:a:{digest}"
        return f"{shop.account_id.id}:s:{shop.id}:{address.country_code if address else ''}"

    def _is_shared(self, key):
        """Whether a key stands for all anonymous buyers of a shop and country."""
        return ":s:" in key

    def _digest(self, *parts):
        text = "\n".join(str(part).strip().casefold() for part in parts)
        return hashlib.sha256(text.encode()).hexdigest()[:20]
