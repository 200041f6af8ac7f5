"""The Chinese translation is whole, keeps every placeholder and tag, and knows the texts that the code has now."""

import ast
import re
from collections import Counter
from pathlib import Path

import polib
import pytest
from lxml import etree

ADDONS = Path(__file__).resolve().parents[2] / "addons"
NAMES = sorted(path.parent.name for path in ADDONS.glob("*/__manifest__.py"))
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdg]|%%|<[^>]*>")
ATTRIBUTE_TEXT = re.compile(r'title="[^"]*"')
SHOWN_ATTRIBUTES = ("string", "help", "placeholder", "confirm")


@pytest.mark.parametrize("name", NAMES)
def test_every_term_is_translated(name):
    """No term is left out or doubtful."""
    chinese = translations(name)
    assert [entry.msgid for entry in chinese if not entry.msgstr or entry.fuzzy] == []
    assert {entry.msgid for entry in chinese} == terms(name)


@pytest.mark.parametrize("name", NAMES)
def test_placeholders_and_tags_are_kept(name):
    """What Odoo fills in or draws is in the translation as often as in the term."""
    different = [entry.msgid for entry in translations(name) if parts(entry.msgid) != parts(entry.msgstr)]
    assert different == []


@pytest.mark.parametrize("name", NAMES)
def test_template_knows_the_texts_of_code_and_views(name):
    """The template was exported after the last change of a text: messages, field helps, view attributes, menus.

    ``odoo i18n export ADDON -c CONFIG -d DATABASE -l pot zh_CN`` exports it anew and keeps what is translated.
    """
    folder = ADDONS / name
    texts = {text for path in folder.rglob("*.py") if "tests" not in path.parts for text in code_texts(path)}
    texts |= {text for path in folder.glob("views/*.xml") for text in view_texts(path)}
    assert texts - terms(name) == set()


@pytest.mark.parametrize("name", NAMES)
def test_terms_of_code_are_marked(name):
    """Odoo reads a translation of a message in the code only where the term says that it is one."""
    unmarked = [
        entry.msgid
        for entry in translations(name)
        if any(place.startswith("code:") for place, _line in entry.occurrences)
        and not {"odoo-python", "odoo-javascript"} & set(entry.comment.split())
    ]
    assert unmarked == []


def translations(name):
    return polib.pofile(ADDONS / name / "i18n/zh_CN.po")


def terms(name):
    return {entry.msgid for entry in polib.pofile(ADDONS / name / f"i18n/{name}.pot")}


def parts(text):
    """How often each placeholder and tag occurs; the title of an icon may be translated."""
    return Counter(PLACEHOLDER.findall(ATTRIBUTE_TEXT.sub("title", text)))


def code_texts(path):
    """Literal texts of ``env._(…)`` and of the ``help=`` of fields."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called.endswith("env._"):
            yield node.args[0].value
        elif called.startswith("fields.") or called == "SecretField":
            yield from (word.value.value for word in node.keywords if word.arg == "help")


def view_texts(path):
    """Texts of attributes that people read, and names of menus."""
    for node in etree.parse(path).iter("*"):
        if node.tag == "menuitem":
            yield node.get("name")
        yield from (node.get(attribute) for attribute in SHOWN_ATTRIBUTES if node.get(attribute))
