"""What dialogs are filled in with."""


def get_only(records):
    """The record where there is one to choose from, else none: among several a person chooses."""
    return records if len(records) == 1 else records.browse()
