"""Rules, strategies and decisions of order routing, in plain Python."""

from .conditions import Conditions
from .decision import REASONS, Decision, Option, Shipment
from .facts import LineFacts, OrderFacts, sum_needs
from .geography import Geography
from .router import Router
from .rules import Rule, RuleLoop, RuleSet, find_loop
from .shadow import find_shadowed
from .stock import Stock

__all__ = [
    "REASONS",
    "Conditions",
    "Decision",
    "Geography",
    "LineFacts",
    "Option",
    "OrderFacts",
    "Router",
    "Rule",
    "RuleLoop",
    "RuleSet",
    "Shipment",
    "Stock",
    "find_loop",
    "find_shadowed",
    "sum_needs",
]
