"""The 4PX provider against the simulator, by the conformance kit; every exchange fits the field tables."""

import pytest

from addons.marketplace.contract import Address
from addons.overseas_warehouse_4px.connector import Credentials, FpxProvider, Settings
from tests.plain.fpx.fpx import OPERATIONS, check, operation_of, tables
from tests.plain.overseas_run import OperatorConformance

SENDER = Address(name="Li", company="Hub", city="Shenzhen", state="Guangdong", country_code="CN", phone="1")
_WRITES = {"fu.wms.sku.newcreate", "fu.wms.inbound.create", "fu.wms.outbound.create"}


class TestFpx(OperatorConformance):
    """4PX is a sound provider."""

    operator_name, warehouse, service = "fpx", "DEFRA", "F641"
    names_returned_orders = False
    refusal = {"result": "0", "msg": "failed", "errors": [{"error_code": "E1", "error_msg": "country is not valid"}]}
    check = staticmethod(check)

    def build(self, access, **options):
        credentials = Credentials(access["app_key"], access["app_secret"])
        return FpxProvider(credentials, Settings(sender=SENDER, countries=("DE",)), **options)

    def spoiled(self, access):
        return {**access, "app_secret": "not-the-secret"}

    def secrets(self):
        return [self.operator.access["app_secret"], "not-the-secret"]

    def is_write(self, request):
        return operation_of(request) in _WRITES


def test_every_operation_was_used(capsys):
    """All that the provider can call was called, and held against the tables."""
    if tables() is None:
        pytest.skip("the specifications are absent")
    with capsys.disabled():
        print(f"\n4PX against the field tables: {tables().coverage()} (of {len(OPERATIONS)} operations in use)")
    assert tables().seen_operations == set(OPERATIONS)
