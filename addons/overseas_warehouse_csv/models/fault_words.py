"""What can be wrong with files, in the reader's language."""

MOST_FAULTS = 50


def describe_faults(env, faults):
    """A line for each of the first faults, and how many more there are.

    :param list faults: :class:`~..connector.Fault`
    """
    words = get_words(env)
    lines = [_describe(env, words, fault) for fault in faults[:MOST_FAULTS]]
    if more := len(faults) - len(lines):
        lines.append(env._("… and %d more", more))
    return "\n".join(lines)


def _describe(env, words, fault):
    names, chinese = _get_names(env), (env.lang or "").startswith("zh")
    values = dict(fault.values)
    if "missing" in values:
        values["missing"] = ", ".join(names[name] for name in values["missing"])
    if "columns" in values:
        values["columns"] = ", ".join(headings[chinese] for headings in values["columns"])
    text = words[fault.code] % values
    if fault.row and fault.headings:
        return env._("Row %(row)s, %(column)s: %(text)s", row=fault.row, column=fault.headings[chinese], text=text)
    if fault.row:
        return env._("Row %(row)s: %(text)s", row=fault.row, text=text)
    return text


def get_words(env):
    """``{code of a fault: its words}`` with places for its values."""
    return {**_get_file_words(env), **_get_cell_words(env), **_get_document_words(env)}


def _get_file_words(env):
    return {
        "file_empty": env._("The file is empty."),
        "file_no_text": env._(
            "The file is neither text in UTF-8 or GB 18030 nor an Excel workbook (.xlsx). Save it so."
        ),
        "file_no_csv": env._("The file is no CSV: %(error)s. Save it anew as CSV or Excel."),
        "file_no_workbook": env._("The workbook cannot be opened: %(error)s. Save it anew as .xlsx or CSV."),
        "no_rows": env._("There are no rows below the headings."),
        "column_missing": env._("The column %(english)s (%(chinese)s) is missing."),
        "column_twice": env._("Two columns mean the same: %(first)s and %(second)s. Remove or rename one."),
        "row_twice": env._("%(columns)s are the same as in row %(first)s. Remove one of them."),
    }


def _get_cell_words(env):
    return {
        "cell_empty": env._("The value is missing."),
        "no_number": env._("'%(value)s' is no number. Write decimals with a point."),
        "not_whole": env._("%(value)s is no whole number of units."),
        "negative": env._(
            "%(value)s is negative: no warehouse holds fewer than no units. Ask it for a corrected file."
        ),
        "not_positive": env._("%(value)s is no weight or length: write a number above 0."),
        "no_time": env._("'%(value)s' is no day or time. Write 2026-01-31 or 2026-01-31 14:30."),
        "no_currency": env._("'%(value)s' is no currency code such as USD."),
        "no_flag": env._("'%(value)s' is neither yes nor no."),
        "grade_unknown": env._("'%(value)s' is no grade. Use one of %(allowed)s."),
        "status_unknown": env._("'%(value)s' is no status. Use one of %(allowed)s."),
        "fee_unknown": env._("'%(value)s' is no kind of charge. Use one of %(allowed)s."),
        "sku_unknown": env._(
            "No product of this account has the SKU %(value)s. Add it under Overseas Warehouses > Products, or correct "
            "it."
        ),
        "warehouse_unknown": env._(
            "The account has no connected warehouse %(value)s. Connect it, or correct the code."
        ),
        "reference_unknown": env._("The warehouse was given nothing with the number %(value)s. Check the number."),
    }


def _get_document_words(env):
    return {
        "lacks": env._("%(reference)s lacks: %(missing)s. Complete it, then retry."),
        "unmeasured": env._(
            "%(reference)s lacks: %(missing)s. Measure it, then retry; the warehouse takes nothing unmeasured."
        ),
        "carton_unmeasured": env._(
            "Carton %(carton)s of %(reference)s lacks: %(missing)s. Measure it, then retry; the warehouse takes "
            "nothing unmeasured."
        ),
        "service_not_there": env._(
            "%(reference)s: the warehouse does not ship by %(service)s. Choose another service on the warehouse, or "
            "add this one to the account."
        ),
        "warehouse_not_there": env._(
            "%(reference)s: the account has no warehouse %(warehouse)s. Add it to the account, then retry."
        ),
    }


def _get_names(env):
    """What a document may lack."""
    return {
        "name": env._("name"),
        "declared_name": env._("declared name"),
        "street": env._("street"),
        "city": env._("city"),
        "country": env._("country"),
        "length_cm": env._("length"),
        "width_cm": env._("width"),
        "height_cm": env._("height"),
        "weight_kg": env._("weight"),
    }
