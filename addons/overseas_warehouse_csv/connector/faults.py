"""What can be wrong with files, typed: words for them are found where the reader's language is known."""

from dataclasses import dataclass, field

from ...marketplace.contract import InvalidPayload, Rejected

#: What a fault may be; those of cells name the ``value`` as it is written.
CODES = frozenset(
    {
        # A file as a whole.
        "file_empty", "file_no_text", "file_no_csv", "file_no_workbook", "no_rows", "column_missing", "column_twice",
        # A row or a cell.
        "row_twice", "cell_empty", "no_number", "not_whole", "negative", "not_positive", "no_time", "no_currency",
        "no_flag", "grade_unknown", "status_unknown", "fee_unknown",
        # What nobody here knows.
        "sku_unknown", "warehouse_unknown", "reference_unknown",
        # A document for the warehouse.
        "lacks", "unmeasured", "carton_unmeasured", "service_not_there", "warehouse_not_there",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    :param str code: of :data:`CODES`
    :param dict values: what words for it name
    :param int|None row: its row in the file; ``None``: the file as a whole, or a document
    :param headings: ``(English, Chinese)`` of its column; empty without one
    """

    code: str
    values: dict = field(default_factory=dict)
    row: int | None = None
    headings: tuple[str, ...] = ()

    def __post_init__(self):
        if self.code not in CODES:
            raise ValueError(f"no such fault: {self.code}")

    def __str__(self):
        place = [f"row {self.row}"] if self.row else []
        place += self.headings[:1]
        named = [f"{name}={value}" for name, value in self.values.items()]
        return ": ".join(filter(None, (", ".join(place), " ".join([self.code, *named]))))


class BadCell(ValueError):
    """A value that cannot be read.

    :param str code: of :data:`CODES`
    :param str value: as it is written
    """

    def __init__(self, code, value, **values):
        super().__init__(code)
        self.code = code
        self.values = {"value": value, **values}


class BadFile(InvalidPayload):
    """A file of which nothing is taken.

    :param list faults: every :class:`Fault` in it
    :param reason: all that is wrong, in words; made of the faults, if not given
    """

    def __init__(self, name, faults, reason=None):
        super().__init__(name, reason or "; ".join(map(str, faults)))
        self.faults = faults


class BadDocument(Rejected):
    """A product, notice or order that cannot be written into a file.

    :param Fault fault: why
    """

    def __init__(self, code, **values):
        self.fault = Fault(code, values)
        super().__init__(str(self.fault), code)
