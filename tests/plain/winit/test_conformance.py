"""The Winit provider against the simulator, by the conformance kit; every exchange fits the field tables."""

import pytest

from addons.overseas_warehouse_winit.connector import Credentials, Settings, WinitProvider
from tests.plain.overseas_run import OperatorConformance
from tests.plain.winit.winit import OPERATIONS, check, operation_of, tables

_WRITES = {"registerProduct", "winit.wh.inbound.order.create", "wh.outbound.createSubmittedOrder"}


class TestWinit(OperatorConformance):
    """Winit is a sound provider."""

    operator_name, warehouse, service = "winit", "DE0001", "OSF8100047"
    refusal = {"code": "2000", "msg": "the country is not valid", "data": None}
    check = staticmethod(check)

    def build(self, access, **options):
        names = ("app_key", "token", "client_id", "client_secret", "platform")
        credentials = Credentials(**{name: access[name] for name in names})
        settings = Settings(inbound_product="OW0102001", import_country="DE")
        return WinitProvider(credentials, settings, **options)

    def spoiled(self, access):
        return {**access, "token": "not-the-token"}

    def secrets(self):
        return [self.operator.access["token"], self.operator.access["client_secret"], "not-the-token"]

    def is_write(self, request):
        return operation_of(request) in _WRITES


def test_every_operation_was_used(capsys):
    """All that the provider can call was called, and held against the tables."""
    if tables() is None:
        pytest.skip("the specifications are absent")
    with capsys.disabled():
        print(f"\nWinit against the field tables: {tables().coverage()} (of {len(OPERATIONS)} operations in use)")
    assert tables().seen_operations == set(OPERATIONS)
