"""What Winit wants to know about the seller beyond each record."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Standing data of an account.

    :param inbound_product: Winit's code of the first-leg product that notices are made with (OW01…, direct delivery)
    :param inspection_warehouse: code of the warehouse where goods are inspected; empty: the one they are sent to
    :param origin_label: printed on carton labels: ``Made in China`` or ``Made in Taiwan,China``
    :param export_country: ISO code of the country that goods leave
    :param import_country: ISO code of the country that products are declared for
    """

    inbound_product: str = ""
    inspection_warehouse: str = ""
    origin_label: str = "Made in China"
    export_country: str = "CN"
    import_country: str = ""
