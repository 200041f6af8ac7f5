"""What is wrong with a list of postcodes, in the reader's language."""


def describe_postcode_fault(env, fault):
    """The text of a :class:`~..tools.postcodes.PostcodeError`."""
    return get_postcode_texts(env)[fault.code]() % fault.values


def get_postcode_texts(env):
    """``{code of the fault: function that gives its text, to be filled with its values}``"""
    return {
        "postcode_upside_down": lambda: env._("The postcodes %(entry)s are upside down: the smaller one comes first."),
        "postcode_lengths": lambda: env._(
            "Both ends of the postcodes %(entry)s must have the same length. A single postcode has no hyphen here."
        ),
        "postcode_unreadable": lambda: env._(
            "%(entry)s is not a postcode. Write e.g. 10000-19999, 25*, IV1-IV63 or E1, with commas between them."
        ),
    }
