"""Buttons of views call methods that the web client can call."""

import ast
from pathlib import Path

from lxml import etree

ADDONS = Path(__file__).resolve().parents[2] / "addons"


def buttons():
    """Methods that buttons of views call."""
    for path in ADDONS.glob("*/*/*.xml"):
        for button in etree.parse(path).iterfind(".//button[@type='object']"):
            yield button.get("name")


def methods_of_models():
    """``(file, name)`` of methods that are called without records."""
    for path in ADDONS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and "api.model" in map(ast.unparse, node.decorator_list):
                yield path, node.name


def test_no_button_calls_a_method_of_the_model():
    """The client passes the ids of the chosen records, also of none; a method of the model takes none and fails."""
    called = set(buttons())
    assert {"action_propose", "action_create_examples"} <= called
    by_server_actions = {"action_open"}  # called as model.action_open(); buttons of other models have the name, too
    faulty = {(path.name, name) for path, name in methods_of_models() if name in called - by_server_actions}
    assert not faulty
