"""What 4PX wants to know about the seller beyond each record."""

from dataclasses import dataclass

from ...marketplace.contract import Address


@dataclass(frozen=True, slots=True)
class Settings:
    """Standing data of an account.

    :param customer_code: the operating account (客户操作账号); empty where the customer has only one
    :param sender: where announced goods come from; 4PX takes no notice without country and city or state
    :param vat_number: of the country goods are announced to; required there by the United Kingdom
    :param countries: ISO codes of the countries that products are declared for
    """

    customer_code: str = ""
    sender: Address = Address()
    vat_number: str = ""
    countries: tuple[str, ...] = ()
