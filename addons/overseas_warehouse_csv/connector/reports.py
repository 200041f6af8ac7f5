"""What the warehouse's files say. Nothing of a bad file is taken: it is set aside with all its faults."""

from datetime import timezone
from hashlib import sha256

from ...marketplace.contract import Money
from ...overseas_warehouse.contract import (
    BillLine,
    InboundState,
    InboundStatus,
    OutboundState,
    OutboundStatus,
    ReceivedLine,
    ReturnedLine,
    ReturnState,
    ReturnStatus,
    StockLine,
)
from .faults import BadFile
from .layouts import REPORTS, UNIQUE
from .sheet import read_sheet

_LEFT = (OutboundStatus.SHIPPED, OutboundStatus.DELIVERED)


def read_report(kind, name, content, known=None):
    """Rows of a file as :func:`.sheet.read_sheet` gives them; for checking a file while it is uploaded.

    :param dict known: :class:`.sheet.Known` by column name
    :raise BadFile: with all faults
    """
    return read_sheet(name, content, REPORTS[kind], UNIQUE.get(kind, ()), known)


def read_all(folder, kind):
    """``([(upload, rows)], [BadFile])`` of all uploads of a kind, oldest first; the same content counts once. Stock is
    a state, not a change: what was counted before may be counted again."""
    good, bad, seen = [], [], set()
    for upload in folder.uploads(kind):
        digest = sha256(upload.content).digest()
        if digest in seen and kind != "stock":
            continue
        seen.add(digest)
        try:
            good.append((upload, read_report(kind, upload.name, upload.content)))
        except BadFile as error:
            told = BadFile(upload.name, error.faults, folder.describe(error.faults))
            folder.reject(kind, upload.name, told.reason)
            bad.append(told)
    return good, bad


def stock(folder, warehouse):
    """Lines of the newest report that names a warehouse.

    :raise BadFile: a report was set aside: an older one must not pass for it unseen
    """
    reports, bad = read_all(folder, "stock")
    if bad:
        raise bad[-1]
    for upload, rows in reversed(reports):
        mine = [row for row in rows if row["warehouse"] == warehouse]
        if mine:
            return tuple(_stock_line(upload, row) for row in mine)
    return ()


def _stock_line(upload, row):
    counts = {name: row.get(name, 0) for name in ("reserved", "damaged", "inbound")}
    as_of = row.get("as_of") or upload.at.astimezone(timezone.utc)
    return StockLine(row["warehouse"], row["sku"], row["sellable"], as_of, lot=row.get("lot", ""), **counts)


def inbounds(folder):
    """``{reference: InboundState}`` of all notices of which something was counted."""
    rows = {}
    for index, (_upload, report) in enumerate(read_all(folder, "receipts")[0]):
        for position, row in enumerate(report):
            # A receipt with a number counts once, however often it is reported: the last report of it holds.
            part = ("receipt", row["receipt"]) if "receipt" in row else ("row", index, position)
            rows[row["reference"], row["sku"], row.get("carton"), part] = row
    states = {}
    for (reference, *_rest), row in rows.items():
        states.setdefault(reference, []).append(row)
    return {reference: _inbound(reference, found) for reference, found in states.items()}


def _inbound(reference, rows):
    counts = {}
    for row in rows:
        key = (row["sku"], row.get("carton"))
        sellable, damaged, at = counts.get(key, (0, 0, None))
        latest = max(filter(None, (at, row.get("at"))), default=None)
        counts[key] = (sellable + row["sellable"], damaged + row.get("damaged", 0), latest)
    lines = tuple(
        ReceivedLine(sku, sellable, damaged, carton, at) for (sku, carton), (sellable, damaged, at) in counts.items()
    )
    finished = any(row.get("finished") for row in rows)
    return InboundState(reference, reference, InboundStatus.RECEIVED if finished else InboundStatus.RECEIVING, lines)


def outbounds(folder):
    """``{reference: OutboundState}`` of all orders that were reported; the last report of an order holds."""
    latest = {}
    for _upload, report in read_all(folder, "shipments")[0]:
        found = {}
        for row in report:
            found.setdefault(row["reference"], []).append(row)
        latest |= found
    return {reference: _outbound(reference, rows) for reference, rows in latest.items()}


def _outbound(reference, rows):
    def last(name, default=None):
        return next((row[name] for row in reversed(rows) if name in row), default)

    tracked = OutboundStatus.SHIPPED if last("tracking") else OutboundStatus.PROCESSING
    status = last("status", tracked)
    units = {}
    for row in rows:
        if "sku" in row and "units" in row:
            units[row["sku"]] = units.get(row["sku"], 0) + row["units"]
    left = status in _LEFT
    return OutboundState(
        reference=reference,
        external_id=reference,
        status=status,
        tracking=last("tracking", ""),
        carrier=last("carrier", ""),
        shipped_at=last("shipped_at") if left else None,
        weight_kg=last("weight_kg"),
        lines=tuple(units.items()) if left else (),
        status_text=status.value,
        message=last("message", ""),
    )


def returns(folder, warehouses, since):
    """``([ReturnState], broken)`` reported at or after a time."""
    reports, bad = read_all(folder, "returns")
    found = {}
    for _upload, rows in reports:
        latest = {}
        for row in rows:
            latest.setdefault(row["number"], []).append(row)
        found |= latest
    states = [_return(number, rows) for number, rows in found.items()]
    return [state for state in states if state.warehouse in warehouses and state.updated_at >= since], _broken(bad)


def _return(number, rows):
    last = rows[-1]
    return ReturnState(
        external_id=number,
        warehouse=last["warehouse"],
        status=ReturnStatus.FINISHED,
        lines=tuple(ReturnedLine(row["sku"], row["units"], row["grade"]) for row in rows if row["units"]),
        updated_at=max(row["at"] for row in rows),
        outbound=last.get("reference", ""),
        tracking=last.get("tracking", ""),
        reason=last.get("reason", ""),
    )


def bills(folder, since, until):
    """``([BillLine], broken)`` charged in a range; a charge with a number counts once."""
    reports, bad = read_all(folder, "bills")
    lines = {}
    for upload, rows in reports:
        for position, row in enumerate(rows, 1):
            key = row.get("number") or f"{upload.name}/{position}"
            lines[key] = _bill(key, row)
    return [line for line in lines.values() if since <= line.charged_at < until], _broken(bad)


def _bill(key, row):
    period = (row["first"], row["last"]) if "first" in row and "last" in row else None
    return BillLine(
        external_id=key,
        kind=row["kind"],
        amount=Money(row["amount"], row["currency"], str(row["amount"])),
        charged_at=row["at"],
        warehouse=row.get("warehouse", ""),
        document=row.get("document", ""),
        sku=row.get("sku", ""),
        units=row.get("units"),
        quantity_basis=row.get("basis", ""),
        period=period,
        text=row.get("text", ""),
    )


def _broken(bad):
    return tuple((error.path, error.reason, {"file": error.path}) for error in bad)
