"""The European Central Bank's files."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from addons.currency_rate_ecb.reference_rates import UnreadableRates, cross_rates, read_rates
from tests.plain.spec_models import shared_specs

XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
    xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <Cube><Cube time="2026-05-05"><Cube currency="USD" rate="1.20"/><Cube currency="GBP" rate="0.80"/></Cube></Cube>
</gesmes:Envelope>"""
DAY = date(2026, 5, 5)
RATES = {"USD": Decimal("1.20"), "GBP": Decimal("0.80")}


def test_every_form_says_the_same():
    lines = b"Date, USD, GBP, ISK, \n5 May 2026, 1.20, 0.80, N/A, \n"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("eurofxref.csv", lines)
    for content in (XML, lines, lines.replace(b"5 May 2026", b"2026-05-05"), archive.getvalue()):
        assert read_rates(content) == {DAY: RATES}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "neither XML nor CSV"),
        (b"\xff\xfe", "neither XML nor CSV"),
        (b"PK\x03\x04", "no archive"),
        (XML.replace(b"1.20", b"0"), "cannot be the rate of USD"),
        (XML.replace(b"1.20", b"NaN"), "cannot be the rate of USD"),
        (XML.replace(b"1.20", b"one"), "no rate of USD"),
        (XML.replace(b"2026-05-05", b"today"), "no day"),
        (XML[:-30], "broken XML"),
        (b"<html/>", "no exchange rates"),
        (b"Date,USD\n2026-05-05,1.2,3\n", "as many"),
    ],
)
def test_what_cannot_be_true_is_refused(content, reason):
    with pytest.raises(UnreadableRates) as caught:
        read_rates(content)
    assert reason in str(caught.value)


def test_rates_by_another_currency():
    by_pound = cross_rates(RATES, "GBP")
    assert by_pound == {"EUR": Decimal("1.25"), "USD": Decimal("1.5")}
    assert cross_rates(RATES, "EUR") == RATES
    assert cross_rates(RATES, "SGD") == {}


def test_published_files():
    if not shared_specs():
        pytest.skip("no published files: ../shared is absent")
    folder = shared_specs() / "ecb"
    daily = read_rates((folder / "eurofxref-daily-2025-10-21.xml").read_bytes())
    assert daily[date(2025, 10, 21)]["USD"] == Decimal("1.1607")
    latest = read_rates((folder / "eurofxref.csv").read_bytes())
    assert latest[date(2026, 10, 30)]["CNY"] == Decimal("7.4326")
    history = read_rates((folder / "eurofxref-hist-2025.csv").read_bytes())
    assert history[date(2025, 12, 31)]["GBP"] == Decimal("0.8726")
    assert len(history) > 250 and all("HRK" not in rates for rates in history.values())
