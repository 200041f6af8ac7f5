"""Lists of postcodes in rate tables and rules: as everywhere, and what is wrong with them is wrong with the table."""

from ...marketplace.tools import postcodes
from ...marketplace.tools.postcodes import CodeRange, DistrictRange, Postcode, PostcodeError, WholeCode
from .records import FreightError

__all__ = ["CodeRange", "DistrictRange", "Postcode", "WholeCode", "parse_postcodes"]


def parse_postcodes(text):
    """The entries of a list as :func:`~...marketplace.tools.postcodes.parse_postcodes` reads them.

    :raises FreightError: ``postcode_upside_down``, ``postcode_lengths`` or ``postcode_unreadable``
    """
    try:
        return postcodes.parse_postcodes(text)
    except PostcodeError as error:
        raise FreightError(error.code, error.text, **error.values) from error
