"""What the plain engine has to say, in the reader's language."""

from odoo.exceptions import UserError, ValidationError

from ..engine import HandSumDiffers, MeasureMissing, NothingToAllocate, TariffMissing, UnknownVat


def describe_error(env, error):
    """The text of a :class:`~..engine.FirstMileError` about freight, costs or duty."""
    if isinstance(error, MeasureMissing):
        numbers = ", ".join(str(number) for number in error.cartons)
        return env._("%(measure)s is missing in cartons %(cartons)s. Enter it, then try again.",
                     measure=_get_measures(env)[error.measure], cartons=numbers)  # fmt: skip
    if isinstance(error, HandSumDiffers):
        return env._("The amounts add up to %(entered)s, but the cost is %(total)s. Correct them.",
                     entered=error.entered, total=error.total)  # fmt: skip
    if isinstance(error, TariffMissing):
        return _describe_missing(env, error)
    if isinstance(error, NothingToAllocate):
        return env._("There are no goods to bear this cost. Enter the cartons and what is in them first.")
    return str(error)


def _describe_missing(env, error):
    lines = "\n".join(
        env._(
            "HS code %(code)s from %(origin)s to %(destination)s on %(day)s",
            code=code or "—",
            origin=origin or "—",
            destination=destination,
            day=day,
        )
        for code, origin, destination, day in error.missing
    )
    if isinstance(error, UnknownVat):
        return env._("No import VAT is known for:\n%(lines)s\n\nImport a customs tariff row of the kind vat for the "
                     "destination; where nothing is charged, one of 0 percent.", lines=lines)  # fmt: skip
    return env._("No duty is known for:\n%(lines)s\n\nImport customs tariff rows for them, or correct the "
                 "HS codes.", lines=lines)  # fmt: skip


def refuse(env, error):
    """The :class:`UserError` for an error of the engine."""
    return UserError(describe_error(env, error))


def refuse_sheet(env, error):
    """The :class:`ValidationError` with all that is wrong in a file, see :class:`~..engine.SheetFaults`."""
    lines = []
    for fault in error.faults:
        text = _get_fault_texts(env)[fault.code]() % fault.values
        lines.append(env._("Row %(row)s: %(text)s", row=fault.row, text=text) if fault.row else text)
    return ValidationError(env._("Nothing was imported. Correct the file first:") + "\n\n" + "\n".join(lines))


def _get_measures(env):
    return {
        "weight": env._("Weight"),
        "size": env._("Size"),
        "chargeable": env._("Chargeable weight"),
        "carton_volume": env._("Carton volume"),
        "volume": env._("Volume of the products"),
        "quantity": env._("Quantity"),
        "value": env._("Declared value"),
        "duty": env._("Estimated duty"),
    }


def _get_fault_texts(env):
    return {
        "file_unreadable": lambda: env._("The file cannot be read. Save it as Excel workbook (.xlsx)."),
        "header_missing": lambda: env._("No row has all the headings that are needed. Missing: %(columns)s."),
        "list_empty": lambda: env._("The file has no lines below its header."),
        "number_unreadable": lambda: env._("'%(value)s' is not a number."),
        **_get_packing_texts(env),
        **_get_tariff_texts(env),
    }


def _get_packing_texts(env):
    return {
        "carton_missing": lambda: env._("The carton number is missing."),
        "range_unreadable": lambda: env._("'%(carton)s' is no range of cartons. Write for example 1-5."),
        "too_many_cartons": lambda: env._("'%(carton)s' are more than %(limit)s cartons. Check the numbers."),
        "sku_missing": lambda: env._("The SKU is missing."),
        "units_wrong": lambda: env._("The units per carton of '%(sku)s' must be a whole number above 0."),
        "weight_missing": lambda: env._("Carton '%(carton)s' has no gross weight. Enter it in kg."),
        "size_missing": lambda: env._("Carton '%(carton)s' has no size. Enter length, width and height in cm."),
        "measures_differ": lambda: env._("Size or weight of carton '%(carton)s' differ from row %(first)s."),
        "cartons_differ": lambda: env._("'%(carton)s' are %(named)s cartons, but the row says %(stated)s."),
        "total_differs": lambda: env._("'%(sku)s' adds up to %(counted)s units, but the row says %(stated)s."),
        "sku_unknown": lambda: env._("There is no product with the SKU '%(sku)s'. Create it, or correct the SKU."),
        "sku_not_ordered": lambda: env._("'%(sku)s' is not on this shipment. Add it to the goods, or correct the SKU."),
        "units_differ": lambda: env._("'%(sku)s': %(packed)s units are packed, %(ordered)s are to be shipped."),
        "sku_not_packed": lambda: env._("'%(sku)s' is not packed: %(ordered)s units are to be shipped."),
    }


def _get_tariff_texts(env):
    return {
        "country_unknown": lambda: env._("There is no country '%(country)s'. Use its code, for example CN."),
        "kind_unknown": lambda: env._("'%(kind)s' is no kind. Use base, additional, anti_dumping or vat."),
        "name_missing": lambda: env._("An extra duty needs a name, for example Section 301."),
        "hs_wrong": lambda: env._(
            "'%(hs_code)s' is no HS code. Use 2 to 10 digits; only VAT and extra duties may have none."
        ),
        "percent_wrong": lambda: env._("'%(value)s' is no percentage between 0 and 1000."),
        "date_unreadable": lambda: env._("'%(value)s' is no date. Write for example 2026-01-31."),
        "dates_reversed": lambda: env._("The last day %(end)s is before the first day %(start)s."),
        "row_twice": lambda: env._("The row is the same as row %(first)s. Remove one of them."),
    }
