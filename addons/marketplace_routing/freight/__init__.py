"""What a parcel costs and how far it goes, in plain Python."""

from . import places
from .postcodes import parse_postcodes
from .rates import CONDITIONS, Rate, Surcharge, find_band_faults
from .records import Currency, Destination, FreightError, NoQuote, Parcel, Quote
from .table import Limits, RateBook, RateTable
from .zones import Zone
