"""What advertising systems report, and who reads it: plain Python, no Odoo."""

from .records import AdDay, AdType, Advertiser, check_currency

__all__ = ["AdDay", "AdType", "Advertiser", "check_currency"]
