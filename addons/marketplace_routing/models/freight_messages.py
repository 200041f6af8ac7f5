"""What the plain freight package has to say, in the reader's language."""

from odoo.addons.marketplace.models.postcode_faults import get_postcode_texts


def describe(env, code, values):
    """The text of a :class:`~..freight.NoQuote`, a :class:`~..freight.FreightError` or a problem of a file."""
    return _get_texts(env)[code]() % values


def describe_file(env, error):
    """All problems of a :class:`~..freight.table_file.TableFileError`, one line each."""
    lines = []
    for problem in error.problems:
        text = describe(env, problem.code, problem.values)
        lines.append(env._("Line %(line)s: %(text)s", line=problem.line, text=text) if problem.line else text)
    return "\n".join(lines)


def _get_texts(env):
    return {
        # refusals
        "no_zone": lambda: env._("No zone for %(place)s."),
        "no_rate": lambda: env._("No rate for %(weight)s kg in zone %(zone)s."),
        "too_heavy": lambda: env._("%(weight)s kg is above the last weight of zone %(zone)s, %(limit)s kg."),
        "too_large": lambda: env._("%(volume)s m³ is more than the %(limit)s m³ it takes."),
        "over_weight": lambda: env._("%(weight)s kg is more than the %(limit)s kg it takes."),
        "too_long": lambda: env._("The longest side, %(length)s cm, is more than the %(limit)s cm it takes."),
        "too_thick": lambda: env._("Length plus girth, %(girth)s cm, is more than the %(limit)s cm it takes."),
        "no_weight": lambda: env._("The parcel has no weight: enter the weights of its products."),
        # parcels
        "sides": lambda: env._("Give all three sides of a parcel, or none."),
        "negative": lambda: env._("Weight, volume and sides of a parcel cannot be negative."),
        # zones
        "zone_without_places": lambda: env._(
            "Zone %(zone)s has no places: give it countries, or make it the rest of the world."
        ),
        "zone_postcodes": lambda: env._(
            "Zone %(zone)s has postcodes, so it needs exactly one country: postcodes of two countries look alike."
        ),
        "zone_states": lambda: env._("Zone %(zone)s has states, so it needs exactly one country."),
        **get_postcode_texts(env),
        # rates
        "weight_upside_down": lambda: env._(
            "The weight band %(low)s–%(high)s kg is upside down: the second weight must be above the first."
        ),
        "step": lambda: env._("The weight step must be above 0 kg, and the weight included 0 kg or more."),
        "negative_price": lambda: env._("Prices cannot be negative."),
        "band_overlap": lambda: env._(
            "Zone %(zone)s: the band %(after)s kg overlaps the band %(before)s kg of line %(first)s."
        ),
        "band_gap": lambda: env._(
            "Zone %(zone)s: no price between the band %(before)s kg of line %(first)s and the band %(after)s kg."
        ),
        **_get_file_texts(env),
    }


def _get_file_texts(env):
    return {
        "file_empty": lambda: env._("The file has no lines below its header."),
        "file_unreadable": lambda: env._("The file cannot be read. Save it as Excel workbook (.xlsx) or CSV."),
        "column_missing": lambda: env._("The column '%(column)s' is missing."),
        "column_unknown": lambda: env._("The column '%(column)s' is not known. Compare it with the template."),
        "column_twice": lambda: env._("The column '%(column)s' is there twice."),
        "date_cell": lambda: env._("Excel has made the date %(value)s of what was typed. Format the column as text."),
        "decimal_mixed": lambda: env._("The numbers have both decimal points and decimal commas. Use one of them."),
        "number_unreadable": lambda: env._("%(value)s is not a number."),
        "number_missing": lambda: env._("There is no number in the column '%(column)s'."),
        "zone_missing": lambda: env._("The zone is missing."),
        "zone_differs": lambda: env._("Zone %(zone)s: the column '%(column)s' differs from line %(first)s."),
        "country_unknown": lambda: env._("There is no country '%(country)s'. Use its code, e.g. DE."),
        "state_unknown": lambda: env._("%(country)s has no state '%(state)s'. Use its code, e.g. CA for California."),
        "warehouse_unknown": lambda: env._("There is no warehouse '%(warehouse)s'. Use its short name."),
        "days_unreadable": lambda: env._("%(value)s are not days. Write e.g. 5 or 5-8."),
        "tracking_missing": lambda: env._("The tracking number is missing."),
        "currency_unknown": lambda: env._("There is no active currency %(currency)s."),
    }
