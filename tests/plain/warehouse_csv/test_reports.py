"""Files of people: read exactly, or refused as a whole with all that is wrong."""

import io
from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal

import openpyxl
import pytest

from addons.marketplace.contract import AuthenticationFailed, Unavailable
from addons.overseas_warehouse.contract import (
    FeeKind,
    Grade,
    Handle,
    InboundStatus,
    OutboundStatus,
    Service,
    WarehouseInfo,
)
from addons.overseas_warehouse_csv.connector import (
    REPORTS,
    BadFile,
    DirectoryFolder,
    Fault,
    FileProvider,
    Known,
    Settings,
    read_report,
)
from addons.overseas_warehouse_csv.connector.layouts import DOCUMENTS
from addons.overseas_warehouse_csv.connector.sheet import normal
from addons.overseas_warehouse_csv.connector.writing import write_sheet
from tests.plain.overseas_run import OperatorConformance
from tests.plain.warehouse_csv.clerk import Clerk

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=timezone.utc), datetime(2027, 1, 1, tzinfo=timezone.utc)


class Orders(OperatorConformance):
    """Only for its records."""

    warehouse, service = "W1", "STD"
    __test__ = False


@pytest.fixture
def clerk(tmp_path):
    return Clerk(tmp_path, "W1", {"CUPS": (20, 0)})


@pytest.fixture
def provider(clerk):
    settings = Settings((WarehouseInfo("W1", "Hamburg", "DE"),), (Service("STD", "Standard"),))
    return FileProvider(DirectoryFolder(clerk.path), settings, clock=lambda: 1_772_000_000)


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("layout", [*REPORTS.values(), *DOCUMENTS.values()])
def test_headings_tell_columns_apart(layout):
    headings = [normal(heading) for column in layout for words in column.headings for heading in words]
    for column in layout:
        own = {normal(heading) for words in column.headings for heading in words}
        others = [normal(h) for other in layout if other is not column for words in other.headings for h in words]
        assert not own & set(others), column.name
    assert all(headings)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_csv_of_any_program(encoding, sign):
    lines = ["仓库代码;SKU编码;可用库存", "W1;杯子;12", ";;"]
    content = "\r\n".join(line.replace(";", sign) for line in lines).encode(encoding)
    assert read_report("stock", "s.csv", content) == [{"warehouse": "W1", "sku": "杯子", "sellable": 12}]


def test_a_workbook_has_numbers_and_days():
    content = workbook(
        ["Warehouse", "SKU", "On hand", "As of"],
        ["W1", 4711.0, 12.0, datetime(2026, 3, 5, 9)],  # noqa: DTZ001 (Excel knows no zones)
        [None, None, None, None],
    )
    assert read_report("stock", "s.xlsx", content) == [
        {"warehouse": "W1", "sku": "4711", "sellable": 12, "as_of": datetime(2026, 3, 5, 9, tzinfo=timezone.utc)}
    ]


def test_all_faults_are_told_at_once():
    content = (
        b"Warehouse,SKU,Available,Damaged,As of\nW1,CUPS,-3,x,05.03.26\nW1,,1.5,0,\nW1,PLATE,2,0,\nW1,PLATE,3,0,\n"
    )
    with pytest.raises(BadFile) as caught:
        read_report("stock", "stock.csv", content)
    assert caught.value.path == "stock.csv"
    columns = (("warehouse", "仓库"), ("sku", "SKU编码"), ("lot", "批次"))
    assert caught.value.faults == [
        Fault("negative", {"value": "-3"}, 2, ("sellable", "可用库存")),
        Fault("no_number", {"value": "x"}, 2, ("damaged", "不良品")),
        Fault("no_time", {"value": "05.03.26"}, 2, ("as of", "库存时间")),
        Fault("cell_empty", {}, 3, ("sku", "SKU编码")),
        Fault("not_whole", {"value": "1.5"}, 3, ("sellable", "可用库存")),
        Fault("row_twice", {"columns": columns, "first": 4}, 5),
    ]
    assert str(caught.value).startswith("stock.csv: row 2, sellable: negative value=-3; row 2, damaged: no_number")


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (b"", ["file_empty"]),
        (b"Warehouse,SKU,Available\n", ["no_rows"]),
        (b"Warehouse,Available,Stock\nW1,1,1\n", ["column_twice", "column_missing"]),
        (b"\xff\xfe\x00\x01\x81", ["file_no_text"]),
        (b"PK\x03\x04 is no archive", ["file_no_workbook"]),
        (b'Warehouse,SKU,Available\nW1,"CUPS,1\n', ["file_no_csv"]),
    ],
)
def test_what_is_no_table_says_so(content, codes):
    with pytest.raises(BadFile) as caught:
        read_report("stock", "stock.csv", content)
    assert [fault.code for fault in caught.value.faults] == codes


def test_a_fault_is_one_of_those_that_have_words():
    with pytest.raises(ValueError, match="no such fault"):
        Fault("strange")


def test_what_cannot_be_written_down_is_refused_with_what_it_lacks(provider):
    order = Orders().order("SO1", 1)
    address = replace(order.address, name="", company="", city="")
    (booking,) = provider.create_outbounds([replace(order, address=address)])
    assert (booking.accepted, booking.message) == (False, "lacks reference=SO1 missing=('name', 'city')")


def test_nothing_of_a_bad_report_is_taken_and_its_faults_lie_beside_it(clerk, provider):
    before = provider.fetch_stock(["W1"]).records
    bad = clerk.upload("stock", b"Warehouse,SKU,Available\nW1,PLATE,7\nW1,CUPS,-1\n")
    with pytest.raises(BadFile, match="negative value=-1"):
        provider.fetch_stock(["W1"])
    aside = clerk.path / "rejected" / "stock"
    assert sorted(file.name for file in aside.iterdir()) == [bad.name, f"{bad.name}.txt"]
    assert "row 3, sellable: negative value=-1" in (aside / f"{bad.name}.txt").read_text()
    assert provider.fetch_stock(["W1"]).records == before


def test_a_bad_bill_stops_no_other(clerk, provider):
    clerk.report("bills", ["Fee", "Amount", "Currency", "Date"], [["storage", "1.20", "EUR", "2026-03-01"]])
    clerk.report("bills", ["Fee", "Amount", "Currency", "Date"], [["rent", "1,2", "€", "2026-03-01"]])
    page = provider.fetch_bills(SINCE, UNTIL)
    assert [(line.kind, line.amount.text) for line in page.records] == [(FeeKind.STORAGE, "1.20")]
    ((path, reason, _entry),) = page.broken
    assert path.startswith("bills-")
    assert "fee_unknown" in reason and "no_number value=1,2" in reason and "no_currency" in reason


def test_a_report_that_is_uploaded_twice_counts_once(clerk, provider):
    notice = Orders().notice("ASN1", "CUPS")
    provider.create_inbounds([notice])
    rows = [["ASN1", "CUPS", 5, 1, "R1", "2026-03-05"]]
    headings = ["ASN", "SKU", "Received", "Damaged", "Receipt", "Date"]
    clerk.report("receipts", headings, rows)
    clerk.report("receipts", headings, rows)  # the very same file
    clerk.report("receipts", headings, [*rows, ["ASN1", "CUPS", 2, 0, "R2", "2026-03-06"]])  # the next day's, with both
    (state,) = provider.fetch_inbounds([Handle("ASN1")])
    (line,) = state.received
    assert (line.sellable, line.damaged, line.at.date()) == (7, 1, date(2026, 3, 6))
    assert state.status is InboundStatus.RECEIVING


def test_an_order_may_fail_and_be_stopped(clerk, provider):
    first, second = Orders().order("SO1", 1), Orders().order("SO2", 1)
    provider.create_outbounds([first, second])
    clerk.report(
        "shipments", ["订单号", "状态", "异常原因"], [["SO1", "异常", "address unknown"], ["SO2", "已取消", ""]]
    )
    states = provider.fetch_outbounds([Handle("SO1"), Handle("SO2"), Handle("SO3")])
    assert [(state.status, state.message) for state in states] == [
        (OutboundStatus.EXCEPTION, "address unknown"),
        (OutboundStatus.CANCELLED, ""),
    ]


def test_a_return_is_graded(clerk, provider):
    headings = ["退货单号", "仓库", "SKU编码", "数量", "品级", "退货时间", "订单号"]
    rows = [["R1", "W1", "CUPS", 2, "良品", "2026/3/5", "SO1"], ["R1", "W1", "CUPS", 1, "破损", "2026年3月6日", "SO1"]]
    clerk.report("returns", headings, rows)
    (state,) = provider.fetch_returns(["W1"], SINCE).records
    assert [(line.units, line.grade) for line in state.lines] == [(2, Grade.SELLABLE), (1, Grade.DAMAGED)]
    assert (state.outbound, state.updated_at) == ("SO1", datetime(2026, 3, 6, tzinfo=timezone.utc))


def test_charges_have_their_period_and_measure(clerk, provider):
    headings = ["Fee", "Amount", "Currency", "Date", "SKU", "Qty", "Basis", "From", "To"]
    row = ["仓租", "-1,234.50", "eur", "2026-03-31 23:59:59", "CUPS", "12", "0.35 m3", "2026-03-01", "2026-03-31"]
    clerk.report("bills", headings, [row])
    (line,) = provider.fetch_bills(SINCE, UNTIL).records
    assert (line.amount.amount, line.amount.currency) == (Decimal("-1234.50"), "EUR")
    assert (line.units, line.quantity_basis) == (12, "0.35 m3")
    assert line.period == (date(2026, 3, 1), date(2026, 3, 31))
    assert line.charged_at.second == 59


def test_one_file_holds_all_orders_of_a_call(clerk, provider):
    orders = [Orders().order(f"SO{number}", 1) for number in range(3)]
    assert all(booking.accepted for booking in provider.create_outbounds(orders))
    assert all(booking.accepted for booking in provider.create_outbounds([*orders, Orders().order("SO9", 1)]))
    files = sorted((clerk.path / "out" / "orders").iterdir())
    assert len(files) == 2
    assert [row["reference"] for row in clerk.documents("orders")].count("SO1") == 1


@pytest.mark.parametrize(
    ("text", "cell"),
    [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-2+3+cmd", "'-2+3+cmd"), ("+49 (228) 1-2", "+49 (228) 1-2")],
)
def test_names_of_buyers_are_no_formulas(text, cell):
    settings = Settings(())
    _ending, content = write_sheet([{"name": text}], DOCUMENTS["orders"], settings)
    assert cell in content.decode("utf-8-sig")
    _ending, content = write_sheet([{"name": text}], DOCUMENTS["orders"], Settings((), excel=True))
    values = [cell for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row]
    (written,) = [cell for cell in values if cell.value == text]
    assert written.data_type == "s"


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(Unavailable, match="No such file"):
        DirectoryFolder(tmp_path / "nowhere").check()


def test_a_folder_without_access_is_told(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.listdir", refuse)
    with pytest.raises(AuthenticationFailed, match=str(tmp_path)):
        DirectoryFolder(tmp_path).check()


def test_what_nobody_knows_is_a_fault_of_its_line():
    known = {"sku": Known(frozenset({"CUPS"}), "sku_unknown")}
    content = b"warehouse,sku,available\nW1,CUPS,3\nW1,VASE,-1\nW1,VASE,2"
    with pytest.raises(BadFile) as caught:
        read_report("stock", "s.csv", content, known)
    assert [(fault.row, fault.code, fault.values) for fault in caught.value.faults] == [
        (3, "sku_unknown", {"value": "VASE"}),
        (3, "negative", {"value": "-1"}),
        (4, "sku_unknown", {"value": "VASE"}),
    ]


def test_stock_that_returns_to_what_it_was_is_news(provider, clerk):
    for units in (7, 5, 7):
        clerk.report("stock", ["warehouse", "sku", "available"], [["W1", "CUPS", units]])
    (line,) = provider.fetch_stock(["W1"]).records
    assert line.sellable == 7
