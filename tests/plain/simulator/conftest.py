"""Simulators for tests."""

import pytest

from .api import Api


@pytest.fixture
def api():
    """A European seller with sixty orders."""
    return Api(orders=60)
