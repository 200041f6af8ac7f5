import base64

from odoo.addons.marketplace.tests.fake_connector import FakeMarketplaceCase
from odoo.fields import Command


class FreightCase(FakeMarketplaceCase):
    """A carrier with prices in euro for Germany and, dearer, for the islands of its coast."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Zone = cls.env["marketplace.freight.zone"]
        cls.eur = cls.env.ref("base.EUR")
        cls.eur.active = True
        cls.own = cls.env.company.currency_id
        cls.env["res.currency.rate"].search([]).unlink()
        cls.rate = 1.25
        if cls.own != cls.eur:
            cls.env["res.currency.rate"].create({"currency_id": cls.eur.id, "rate": 1 / cls.rate, "name": "2020-01-01"})
        cls.germany = cls.env.ref("base.de")
        cls.env["delivery.carrier"].search([("delivery_type", "=", "rate_table")]).active = False
        cls.carrier = cls._create_carrier("Post")
        cls.zone = cls._create_zone("Germany", [(0, 2, 4.2), (2, 30, 8.4)], days_min=2, days_max=4)
        cls.islands = cls._create_zone("Islands", [(0, 30, 16.8)], postcodes="25980-25999, 27498")

    @classmethod
    def _create_carrier(cls, name, **vals):
        product = cls.env["product.product"].create({"name": name, "type": "service", "taxes_id": False})
        return cls.env["delivery.carrier"].create(
            {
                "name": name,
                "product_id": product.id,
                "delivery_type": "rate_table",
                "rate_currency_id": cls.eur.id,
                "integration_level": "rate",
                **vals,
            }
        )

    @classmethod
    def _create_zone(cls, name, bands, carrier=None, **vals):
        """A zone of Germany with bands ``[(above, up to, price)]``."""
        rates = [Command.create({"weight_from": low, "weight_to": high, "price": price}) for low, high, price in bands]
        return cls.Zone.create(
            {
                "name": name,
                "carrier_id": (carrier or cls.carrier).id,
                "country_ids": cls.germany.ids,
                "rate_ids": rates,
                **vals,
            }
        )

    def _own(self, euros):
        """Euros in the company's currency."""
        return self.own.round(euros * (1 if self.own == self.eur else self.rate))

    @classmethod
    def _create_buyer(cls, postcode="10115", **vals):
        return cls.env["res.partner"].create(
            {"name": "Buyer", "country_id": cls.germany.id, "zip": postcode, "city": "Berlin", **vals}
        )

    def _encode(self, *lines):
        return base64.b64encode("\n".join(lines).encode())
