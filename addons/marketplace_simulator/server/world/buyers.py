"""Buyers: names, complete addresses and phones by country, drawn from a seed. Some buyers come back."""

import json
import random
from pathlib import Path

PEOPLE = json.loads((Path(__file__).parent / "people.json").read_text(encoding="utf-8"))
#: Size of the circle of known customers per country; the smaller, the more often the same one buys again.
CIRCLE = 400
REPEAT_SHARE = 0.3
EMAIL_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
#: Where the family name comes first.
FAMILY_FIRST = ("JP", "VN")


def country_of(name):
    """Return the ISO code of a country named in a demand file; codes pass through.

    :raise KeyError: if the name is unknown
    """
    known = len(name) == 2 and (name in PEOPLE["countries"] or name in PEOPLE["capitals"])
    return name if known else PEOPLE["names"][name]


def buyer(seed, country, rng):
    """Return a buyer of a country, with ``REPEAT_SHARE`` probability one who may have bought before.

    :return: ``{key, name, email_alias, company, vat_number, address}``; ``key`` is stable per buyer and ``company``
        and ``vat_number`` are what the buyer would give in a business order
    """
    number = rng.randrange(CIRCLE) if rng.random() < REPEAT_SHARE else rng.randrange(CIRCLE, 10**9)
    own = random.Random(f"{seed}:buyer:{country}:{number}")
    name = _name(country, own)
    return {"key": f"{country}-{number}", "name": name,
            "email_alias": "".join(own.choices(EMAIL_ALPHABET, k=15)),
            "company": _company(country, own), "vat_number": digits(PEOPLE["vat_patterns"].get(country, ""), own),
            "address": address(country, name, own)}


def address(country, name, rng):
    """Return a complete delivery address in a country, as a dict of neutral keys."""
    if country in PEOPLE["countries"]:
        people = PEOPLE["countries"][country]
        city, state, postcode = rng.choice(people["cities"])
        phone = people["phone"]
    else:
        people = PEOPLE["countries"]["GB"]
        city, state, postcode, phone = PEOPLE["capitals"][country]
    line = people["line"].format(n=rng.randint(1, 180), street=rng.choice(people["streets"]))
    unit = people["unit"].format(u=rng.randint(1, 24)) if rng.random() < 0.35 else ""
    return {"name": name, "line1": line, "line2": unit, "city": city, "state": state, "postcode": postcode,
            "country": country, "phone": digits(phone, rng), "commercial": False}


def digits(pattern, rng):
    """Replace every ``#`` of a pattern by a digit."""
    return "".join(str(rng.randrange(10)) if char == "#" else char for char in pattern)


def _name(country, rng):
    people = PEOPLE["countries"].get(country) or PEOPLE["countries"]["GB"]
    given, family = rng.choice(people["given"]), rng.choice(people["family"])
    return f"{family} {given}" if country in FAMILY_FIRST else f"{given} {family}"


def _company(country, rng):
    form = PEOPLE["company_forms"].get(country, "Ltd")
    return f"{rng.choice(PEOPLE['companies'])} {rng.choice(PEOPLE['companies'])} {form}"
