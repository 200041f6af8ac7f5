"""What can be wrong with freight papers. The type says what a person has to mend."""

from dataclasses import dataclass, field


class FirstMileError(ValueError):
    """Base of all errors of this package."""


class FreightUnknown(FirstMileError):
    """A mode, basis or kind of fee that does not exist."""


class MeasureMissing(FirstMileError):
    """Cartons have no measure that is needed.

    :param str measure: which one, such as "weight"
    :param tuple cartons: numbers of all cartons without it
    """

    def __init__(self, measure, cartons):
        self.measure = measure
        self.cartons = tuple(cartons)
        numbers = ", ".join(str(number) for number in self.cartons)
        super().__init__(f"No {measure} in: {numbers}. Enter it, then try again.")


class NothingToAllocate(FirstMileError):
    """A bill without goods that could bear it."""

    def __init__(self):
        super().__init__("There are no goods to bear this bill: enter the cartons and what is in them first.")


class HandSumDiffers(FirstMileError):
    """Amounts that a person entered do not add up to the bill.

    :param Decimal total: the bill
    :param Decimal entered: sum of the amounts
    """

    def __init__(self, total, entered):
        self.total = total
        self.entered = entered
        super().__init__(f"The amounts add up to {entered}, the bill is {total}: correct them by {total - entered}.")


class TariffMissing(FirstMileError):
    """The tariff table lacks rows for some goods.

    :param tuple missing: (HS code, origin, destination, day) of each
    """

    wanted = ""

    def __init__(self, missing):
        self.missing = tuple(missing)
        texts = (
            f"{code or '(none)'} from {origin} to {destination} on {day}" for code, origin, destination, day in missing
        )
        super().__init__(f"No {self.wanted} is known for HS code {'; '.join(texts)}. Import tariff rows for them.")


class UnknownHsCode(TariffMissing):
    """Goods without an ordinary duty."""

    wanted = "duty"


class UnknownVat(TariffMissing):
    """Goods without an import VAT, where the destination has one."""

    wanted = "import VAT"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a sheet.

    :param int|None row: its row; None: the sheet as a whole
    :param str code: what is wrong
    :param dict values: what the message names
    """

    row: int | None
    code: str
    values: dict = field(default_factory=dict)


class SheetFaults(FirstMileError):
    """A sheet that cannot be used. ``faults``: every :class:`Fault` in it, by row."""

    def __init__(self, faults):
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.row is not None, fault.row or 0)))
        super().__init__("; ".join(f"{fault.row or '-'}: {fault.code} {fault.values}" for fault in self.faults))
