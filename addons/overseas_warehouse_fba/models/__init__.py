# ruff: noqa: I001 (a model must be loaded before those that extend it)
from . import account
