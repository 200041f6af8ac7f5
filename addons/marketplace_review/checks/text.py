"""Names and addresses as they are compared: without case, accents, punctuation and spelling of common words."""

import hashlib
import re
import unicodedata

_WORD = re.compile(r"\w+")
# Words that buyers write in full or short, in the languages most parcels are addressed in.
_SHORT = {
    "street": "st",
    "road": "rd",
    "avenue": "ave",
    "boulevard": "blvd",
    "lane": "ln",
    "drive": "dr",
    "apartment": "apt",
    "floor": "fl",
    "suite": "ste",
}


def tokens(text):
    """Words of a text for comparison.

    :return: list of words in their order, e.g. ``["10", "rue", "de", "l", "eglise"]``
    """
    plain = (text or "").casefold()
    if not plain.isascii():
        plain = "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
    return _WORD.findall(plain)


def address_digest(street, city, postcode, country):
    """Key of a place that is the same for the usual spellings of its address, and tells nothing of it.

    :param str street: all street lines
    :param str country: ISO code
    :return: 40 hexadecimal digits; empty when the street, or both city and postcode, are missing
    """
    words = [_SHORT.get(word, word).replace("strasse", "str") for word in tokens(street)]  # German joins them
    place = "".join(tokens(postcode)) or " ".join(tokens(city))
    if not words or not place:
        return ""
    return digest("".join(words), place, country.casefold())


def digest(*parts):
    """Key of a text, 40 hexadecimal digits."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]
