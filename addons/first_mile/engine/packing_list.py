"""Packing lists from Excel: which cartons there are and what is in each.

A row is a product in a carton or in a range of equal cartons ("1-5"). A row without carton number belongs to the
cartons above it, as merged cells have it; so does a row that repeats their number: these are mixed cartons.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from .chargeable import Box
from .errors import Fault, SheetFaults
from .sheet import find_header, normalise, read_number, read_rows

_TITLES = {
    "carton": ("carton no", "carton number", "carton", "ctn no", "ctn", "box no", "箱号", "箱子编号", "箱序号"),
    "sku": ("sku", "item no", "item number", "product code", "msku", "货号", "产品编码", "商品编码", "产品sku"),
    "units": ("qty per carton", "units per carton", "pcs/ctn", "qty/ctn", "qty", "quantity", "units",
              "每箱数量", "单箱数量", "箱内数量", "数量"),
    "cartons": ("cartons", "no of cartons", "ctns", "number of cartons", "箱数", "件数"),
    "total": ("total qty", "total quantity", "total units", "总数量", "总数", "合计数量"),
    "length": ("length", "l", "length cm", "长", "长cm", "箱长"),
    "width": ("width", "w", "width cm", "宽", "宽cm", "箱宽"),
    "height": ("height", "h", "height cm", "高", "高cm", "箱高"),
    "size": ("size", "dimensions", "measurement", "carton size", "size cm", "dimensions cm", "箱规", "尺寸", "外箱尺寸",
             "尺寸cm", "箱规cm"),
    "weight": ("gross weight", "gross weight kg", "g.w.", "gw", "gw kg", "g.w./ctn", "weight", "weight kg",
               "毛重", "毛重kg", "单箱毛重", "单箱毛重kg", "重量", "重量kg"),
}  # fmt: skip
_NAMES = {normalise(title): key for key, titles in _TITLES.items() for title in titles}
_REQUIRED = ("carton", "sku", "units")
_MEASURES = ("weight", "length", "width", "height")
_TOTALS = ("total", "grandtotal", "合计", "总计", "共计")
_TOTAL_WORDS = {*_TOTALS, "totals", "grandtotals"}
_RANGE = re.compile(r"(?P<prefix>.*?)(?P<first>\d+)\s*(?:[-~–—～至]|to)\s*(?P<again>\D*?)(?P<last>\d+)")
_TIMES = re.compile(r"\s*[x×*X＊]\s*")
MAX_CARTONS = 20_000


@dataclass
class PackedCarton:
    """A carton of the list.

    :param Box box: its number, size and weight
    :param int row: where it stands
    :param dict contents: units by SKU
    """

    box: Box
    row: int
    contents: dict = field(default_factory=dict)


@dataclass(frozen=True)
class PackingList:
    """All cartons of a list. ``rows``: the first row of each SKU."""

    cartons: tuple
    rows: dict

    def count_units(self):
        """Units by SKU."""
        totals = {}
        for carton in self.cartons:
            for sku, units in carton.contents.items():
                totals[sku] = totals.get(sku, 0) + units
        return totals


def read_packing_list(content):
    """Read a packing list.

    :param bytes content: of an .xlsx file
    :return: :class:`PackingList`
    :raises SheetFaults: everything that is wrong: ``file_unreadable``, ``header_missing``, ``list_empty``,
        ``carton_missing``, ``range_unreadable``, ``too_many_cartons``, ``sku_missing``, ``number_unreadable``,
        ``units_wrong``, ``weight_missing``, ``size_missing``, ``measures_differ``, ``cartons_differ``,
        ``total_differs``
    """
    rows = read_rows(content)
    start, columns = find_header(rows, _NAMES, _REQUIRED)
    reader = _Reader(columns)
    for number, cells in rows[start + 1 :]:
        if reader.is_total(cells):
            break
        if any(cell is not None for cell in cells):
            reader.take(number, cells)
    return reader.finish()


def check_against_order(packing_list, ordered):
    """Compare a list with what was to be shipped.

    :param dict ordered: units by SKU
    :raises SheetFaults: ``sku_not_ordered``, ``units_differ`` with the row where the SKU stands first, and
        ``sku_not_packed`` without row
    """
    packed, faults = packing_list.count_units(), []
    for sku, units in packed.items():
        if sku not in ordered:
            faults.append(Fault(packing_list.rows[sku], "sku_not_ordered", {"sku": sku}))
        elif units != ordered[sku]:
            values = {"sku": sku, "packed": units, "ordered": ordered[sku]}
            faults.append(Fault(packing_list.rows[sku], "units_differ", values))
    faults += [
        Fault(None, "sku_not_packed", {"sku": sku, "ordered": ordered[sku]}) for sku in ordered if sku not in packed
    ]
    if faults:
        raise SheetFaults(faults)


def parse_numbers(text):
    """The cartons that a cell names: "7", "A1-A5", "C1~5".

    :return: list of str
    :raises ValueError: a range that runs backwards, or between two series
    """
    match = _RANGE.fullmatch(text)
    if not match:
        return [text]
    first, last = match["first"], match["last"]
    if match["again"].strip() not in ("", match["prefix"].strip()) or int(last) < int(first):
        raise ValueError(text)
    if int(last) - int(first) >= MAX_CARTONS:
        raise OverflowError(text)
    return [f"{match['prefix']}{str(number).zfill(len(first))}" for number in range(int(first), int(last) + 1)]


class _Reader:
    """Takes rows in and keeps what is wrong with them."""

    def __init__(self, columns):
        self._columns = columns
        self._cartons, self._rows, self._faults = {}, {}, []
        self._current, self._name = (), None

    def is_total(self, cells):
        """Whether a row states totals: it begins with such a word and names neither carton nor product.

        Where the word stands alone, its cell may be the carton's or the SKU's: "TOTAL-BAG" is a SKU, "Total" is none.
        """
        first = next((cell for cell in cells if cell is not None), None)
        values = self._name_cells(cells)
        if not isinstance(first, str) or values["carton"] not in (None, first):
            return False
        word = normalise(first)
        if word in _TOTAL_WORDS and (values["carton"] or values["sku"] in (None, first)):
            return True
        return word.startswith(_TOTALS) and values["sku"] is None

    def take(self, row, cells):
        values = self._read_measures(row, self._name_cells(cells))
        starts = values["carton"] is not None and str(values["carton"]) != self._name
        if starts:
            self._open_cartons(row, values)
        elif not self._name:
            self._fault(row, "carton_missing")
        else:
            self._check_same(row, values)
        self._put_in(row, values)

    def finish(self):
        if not self._rows and not self._faults:
            self._fault(None, "list_empty")
        if self._faults:
            raise SheetFaults(self._faults)
        return PackingList(tuple(self._cartons.values()), self._rows)

    def _name_cells(self, cells):
        return {key: cells[position] if position < len(cells) else None for key, position in self._columns.items()}

    def _fault(self, row, code, **values):
        self._faults.append(Fault(row, code, values))

    def _read_measures(self, row, values):
        """Numbers as Decimal; what cannot be read is a fault and then NaN, as it is not missing."""
        if isinstance(values.get("carton"), float):
            values["carton"] = int(values["carton"])
        if isinstance(values.get("size"), str):
            values.update(zip(("length", "width", "height"), self._split_size(row, values["size"]), strict=True))
        for key in (*_MEASURES, "units", "cartons", "total"):
            try:
                values[key] = read_number(values.get(key))
            except ValueError:
                self._fault(row, "number_unreadable", value=str(values[key]))
                values[key] = Decimal("NaN")
        return values

    def _split_size(self, row, text):
        parts = _TIMES.split(text)
        if len(parts) != len(_MEASURES) - 1:
            self._fault(row, "number_unreadable", value=text)
            return [Decimal("NaN")] * 3
        return parts

    def _open_cartons(self, row, values):
        self._name = str(values["carton"])
        try:
            numbers = parse_numbers(self._name)
        except ValueError:
            self._fault(row, "range_unreadable", carton=self._name)
            numbers = ()
        except OverflowError:
            self._fault(row, "too_many_cartons", carton=self._name, limit=MAX_CARTONS)
            numbers = ()
        stated = values["cartons"]
        if numbers and stated is not None and stated.is_finite() and stated != len(numbers):
            self._fault(row, "cartons_differ", carton=self._name, named=len(numbers), stated=int(stated))
        self._current = numbers
        known = [number for number in numbers if number in self._cartons]
        if known:
            self._check_same(row, values)
        if len(known) < len(numbers):
            self._check_measures(row, values)
        measures = [values[key] or Decimal(0) for key in ("length", "width", "height", "weight")]
        for number in numbers:
            self._cartons.setdefault(number, PackedCarton(Box(number, *measures), row))

    def _check_measures(self, row, values):
        for code, keys in (("weight_missing", ("weight",)), ("size_missing", ("length", "width", "height"))):
            # What was unreadable has been said.
            if any(values[key] is None or (values[key].is_finite() and values[key] <= 0) for key in keys):
                self._fault(row, code, carton=self._name)

    def _check_same(self, row, values):
        stated = {key: values[key] for key in _MEASURES if values[key] is not None and values[key].is_finite()}
        for number in self._current:
            carton = self._cartons.get(number)
            if carton and any(getattr(carton.box, _ATTRIBUTES[key]) != value for key, value in stated.items()):
                self._fault(row, "measures_differ", carton=number, first=carton.row)
                return

    def _put_in(self, row, values):
        sku, units = values["sku"], values["units"]
        if sku is None:
            self._fault(row, "sku_missing")
        if units is None or (units.is_finite() and (units <= 0 or units != int(units))):
            self._fault(row, "units_wrong", sku=str(sku or ""))
        if sku is None or units is None or not units.is_finite():
            return
        sku = str(int(sku)) if isinstance(sku, float) and sku.is_integer() else str(sku)
        total = values["total"]
        if total is not None and total.is_finite() and self._current and total != units * len(self._current):
            self._fault(row, "total_differs", sku=sku, counted=int(units * len(self._current)), stated=str(total))
        self._rows.setdefault(sku, row)
        for number in self._current:
            contents = self._cartons[number].contents
            contents[sku] = contents.get(sku, 0) + int(units)


_ATTRIBUTES = {"weight": "weight_kg", "length": "length_cm", "width": "width_cm", "height": "height_cm"}
