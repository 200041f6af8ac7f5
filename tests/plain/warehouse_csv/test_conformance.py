"""The provider of files, by the conformance kit, over a folder in which a clerk works."""

import dataclasses

import pytest

from addons.marketplace.contract import AuthenticationFailed, RateLimited, Rejected, Unavailable
from addons.overseas_warehouse.conformance import FAILURES, ProviderConformance
from addons.overseas_warehouse.contract import ProviderCapability, Service, WarehouseInfo
from addons.overseas_warehouse_csv.connector import DirectoryFolder, FileProvider, Settings
from tests.plain.overseas_run import OperatorConformance
from tests.plain.warehouse_csv.clerk import Clerk

ERRORS = {
    RateLimited: RateLimited("slow down", 60),
    Unavailable: Unavailable("no connection"),
    AuthenticationFailed: AuthenticationFailed("no access"),
    Rejected: Rejected("no such folder"),
}


class Failing(DirectoryFolder):
    """A folder far away, out of reach."""

    def __init__(self, path, error):
        super().__init__(path)
        self._error = error

    def check(self):
        raise self._error


class Losing(DirectoryFolder):
    """Writes, and breaks off before it says so."""

    def put(self, kind, name, content):
        super().put(kind, name, content)
        raise Unavailable("the connection broke")


class TestFiles(ProviderConformance):
    """Files are a sound provider."""

    warehouse, service = "W1", "STD"
    excel = False

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.path = tmp_path
        self.clerk = Clerk(tmp_path, self.warehouse, self.stock())

    def make_provider(self, failure=None):
        settings = Settings(
            (WarehouseInfo(self.warehouse, "Hamburg", "DE"),),
            (Service(self.service, "Standard"),),
            chinese=self.excel,
            excel=self.excel,
        )
        return FileProvider(self._folder_for(failure), settings, clock=lambda: 1_772_000_000)

    def _folder_for(self, failure):
        if failure in FAILURES:
            return Failing(self.path, ERRORS[FAILURES[failure]])
        return Losing(self.path) if failure == "lost answer" else DirectoryFolder(self.path)

    def secrets(self):
        return []

    def waited(self):
        return 0

    def stock(self):
        return {"CUPS": (20, 0), "PLATE": (30, 2), "SPOON": (15, 0)}

    def writes(self):
        make = OperatorConformance
        heavy = make.notice(self, "ASN1", "PLATE")
        unweighed = dataclasses.replace(
            make.notice(self, "ASN2", "PLATE"),
            cartons=tuple(dataclasses.replace(carton, weight_kg=None) for carton in heavy.cartons),
        )
        order = make.order(self, "WH/OUT/1", 2)
        nowhere = dataclasses.replace(order, reference="WH/OUT/2", warehouse="W9")
        return {
            ProviderCapability.PRODUCTS: (make.card(self, "FORK", "0.1"), make.card(self, "GHOST", "0")),
            ProviderCapability.INBOUND: (heavy, unweighed),
            ProviderCapability.OUTBOUND: (order, nowhere),
        }

    def booked(self, capability):
        kinds = {
            ProviderCapability.PRODUCTS: "products",
            ProviderCapability.INBOUND: "notices",
            ProviderCapability.OUTBOUND: "orders",
        }
        references = [row["reference"] for row in self.clerk.documents(kinds[capability])]
        files = len(list((self.path / "out" / kinds[capability]).glob("*")))
        return len(set(references)) if files <= 1 else files

    def receive(self, reference, counts, finished):
        self.clerk.receive(reference, counts, finished)

    def ship(self, reference):
        self.clerk.ship(reference)

    def bring_back(self, reference):
        self.clerk.bring_back(reference)


class TestWorkbooks(TestFiles):
    """So they are as Excel workbooks with Chinese headings."""

    excel = True
