"""Sanction lists: what can be read, and who a name may be."""

import pytest

from addons.marketplace_review.checks.sanctions import Entry, ListError, NameIndex, read_list

LIST = """name,aliases,country
Ivan Petrov,Iwan Petroff; I. Petrow,RU
Acme Arms Trading GmbH,,IR
"""


def test_a_list_is_read_with_its_aliases():
    first, second = read_list(LIST.encode())
    assert first == Entry(2, ("Ivan Petrov", "Iwan Petroff", "I. Petrow"), "RU")
    assert second == Entry(3, ("Acme Arms Trading GmbH",), "IR")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_separator_is_found(delimiter):
    text = "﻿Country,Aliases,Name,Remark\r\nRU,Iwan|Vanja,Ivan Petrov,x\r\n".replace(",", delimiter)
    [entry] = read_list(text.encode())
    assert (entry.names, entry.country) == (("Ivan Petrov", "Iwan", "Vanja"), "RU")


@pytest.mark.parametrize(
    ("data", "code", "line", "value"),
    [
        (b"", "empty", 0, ""),
        (b"name,aliases,country\n\n,,\n", "empty", 0, ""),
        (b"name,country\nIvan,RU\n", "missing_column", 1, "aliases"),
        (b"name,aliases,country\nIvan Petrov,,RU\n,Vanja,RU\n", "missing_name", 3, ""),
        (b"name,aliases,country\nIvan Petrov,,RU\nPETROV Ivan,,ru\n", "duplicate", 3, "PETROV Ivan"),
        ("name,aliases,country\nJosé,,ES\n".encode("latin-1"), "encoding", 2, ""),
    ],
)
def test_a_bad_list_says_where_and_why(data, code, line, value):
    with pytest.raises(ListError) as caught:
        read_list(data)
    assert (caught.value.code, caught.value.line, caught.value.value) == (code, line, value)


@pytest.fixture(scope="module")
def index():
    return NameIndex(read_list(LIST.encode()))


@pytest.mark.parametrize("name", ["Ivan Petrov", "PETROV, Ivan", "Ivan Sergejewitsch Petrov", "Iván Petrow"])
def test_spellings_of_a_name_are_found(index, name):
    [match] = index.find(name, 0.85)
    assert match.entry.names[0] == "Ivan Petrov"
    assert match.score >= 0.85


@pytest.mark.parametrize("name", ["Ivan Horvat", "Petrov", "Ivan", "Anna Petrova-Schmidt", ""])
def test_other_people_are_not(index, name):
    assert index.find(name, 0.85) == []


def test_the_likeliest_comes_first():
    index = NameIndex([Entry(1, ("Mohamed Ali",)), Entry(2, ("Mohammed Ali", "M. Ali"))])
    assert [match.entry.key for match in index.find("Mohammed Ali", 0.7)] == [2, 1]
    assert not NameIndex([])
