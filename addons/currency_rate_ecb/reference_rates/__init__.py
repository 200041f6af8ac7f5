"""The euro reference rates of the European Central Bank. Plain Python, no Odoo.

Source: https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates, free to reuse.
"""

from .cross import cross_rates
from .files import UnreadableRates, read_rates
from .site import SiteUnavailable, fetch_rates

__all__ = ["SiteUnavailable", "UnreadableRates", "cross_rates", "fetch_rates", "read_rates"]
