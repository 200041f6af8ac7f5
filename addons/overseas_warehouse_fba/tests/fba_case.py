"""A warehouse at Amazon whose reports are written by the test, row by row."""

import base64

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.fields import Command
from odoo.tests import TransactionCase

from ...overseas_warehouse.contract import WarehouseInfo
from ..connector import read_report
from ..models.sheet import REPORT_TYPES

GB = "A1F83G8C2ARO7P"
DETAIL = (
    "Date", "FNSKU", "ASIN", "MSKU", "Title", "Event Type", "Reference ID", "Quantity", "Fulfillment Center",
    "Disposition", "Reason", "Country", "Reconciled Quantity", "Unreconciled Quantity", "Date and Time",
)  # fmt: skip
SUMMARY = (
    "Date", "FNSKU", "ASIN", "MSKU", "Title", "Disposition", "Starting Warehouse Balance", "Receipts",
    "Ending Warehouse Balance", "Location",
)  # fmt: skip
PAID = (
    "approval-date", "reimbursement-id", "case-id", "amazon-order-id", "reason", "sku", "fnsku", "condition",
    "currency-unit", "amount-total", "quantity-reimbursed-cash", "quantity-reimbursed-inventory",
    "quantity-reimbursed-total", "original-reimbursement-id",
)  # fmt: skip
AGED = (
    "snapshot-date", "sku", "fnsku", "available", "currency", "inv-age-0-to-90-days", "inv-age-91-to-180-days",
    "inv-age-181-to-270-days", "inv-age-271-to-365-days", "inv-age-365-plus-days", "estimated-ais-181-270-days",
    "estimated-storage-cost-next-month", "recommended-action",
)  # fmt: skip

ADVISED = (
    "snapshot-date", "sku", "fnsku", "condition", "sellable-quantity", "sellable-removal-quantity",
    "unsellable-quantity",
)  # fmt: skip


def text_of(columns, *rows, mark="\t"):
    """A report of rows, each a dict."""
    return "\n".join(
        mark.join(str(row.get(name, "")) for name in columns)
        for row in (dict(zip(columns, columns, strict=True)), *rows)
    )


def event(kind="Adjustments", units=-1, day="05/02/2026", sku="CUP", **fields):
    """A row of the ledger's detail view; column names with underscores for blanks."""
    named = {name.replace("_", " "): value for name, value in fields.items()}
    return {
        "Date": day, "FNSKU": f"X-{sku}", "ASIN": "B1", "MSKU": sku, "Event Type": kind, "Quantity": units,
        "Fulfillment Center": "BHX4", "Disposition": "SELLABLE", "Country": "GB", **named,
    }  # fmt: skip


def balance(sku="CUP", start=50, end=None, day="05/01/2026", disposition="SELLABLE"):
    """A row of its summary view."""
    return {
        "Date": day, "FNSKU": f"X-{sku}", "MSKU": sku, "Disposition": disposition, "Location": "BHX4",
        "Starting Warehouse Balance": start, "Ending Warehouse Balance": start if end is None else end,
    }  # fmt: skip


class FbaCase(TransactionCase):
    """50 cups and 20 plates lie at Amazon and in Odoo on the first day, 1 May 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.seller = cls.env["marketplace.account"].create(
            {"name": "Amazon", "provider": "amazon", "amazon_region": "eu"}
        )
        cls.account = cls.env["overseas.account"].create(
            {"name": "FBA", "provider": "fba", "fba_account_id": cls.seller.id}
        )
        cls.warehouse = cls.env["overseas.warehouse"]._create_from_infos(cls.account, [WarehouseInfo(GB, "UK", "GB")])
        cls.stock = cls.warehouse.warehouse_id.lot_stock_id
        cls.quarantine = cls.warehouse.quarantine_location_id
        cls.moving = cls.warehouse.fba_moving_location_id
        cls.cup = cls._create_product("CUP")
        cls.plate = cls._create_product("PLATE")
        cls._put(cls.cup, 50)
        cls._put(cls.plate, 20)

    def setUp(self):
        super().setUp()
        trap = trap_jobs()
        self.jobs = trap.__enter__()
        self.addCleanup(trap.__exit__, None, None, None)

    @classmethod
    def _create_product(cls, sku, **vals):
        product = cls.env["product.product"].create(
            {"name": sku.title(), "default_code": sku, "is_storable": True, "standard_price": 4, **vals}
        )
        cls.env["overseas.product"].create({"account_id": cls.account.id, "product_id": product.id, "sku": sku})
        return product

    @classmethod
    def _put(cls, product, units, location=None, lot=None):
        cls.env["stock.quant"]._update_available_quantity(product, location or cls.stock, units, lot_id=lot)

    def _deliver(self, units, **vals):
        """A delivery that Amazon makes for us, shipped."""
        customers = self.env.ref("stock.stock_location_customers")
        places = {"location_id": self.stock.id, "location_dest_id": customers.id}
        move = {"product_id": self.cup.id, "product_uom": self.cup.uom_id.id, "product_uom_qty": units, **places}
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.warehouse_id.out_type_id.id,
                "move_ids": [Command.create(move)],
                **places,
                **vals,
            }
        )
        picking.action_confirm()
        picking.action_assign()
        delivery = self.env["overseas.outbound"].create(
            {
                "warehouse_id": self.warehouse.id,
                "picking_id": picking.id,
                "reference": picking.name.replace("/", "-"),
                "state": "shipped",
            }
        )
        picking.move_ids.picked = True
        picking.move_ids.move_line_ids.date = "2026-05-02 10:00:00"
        picking._action_done()
        return delivery

    def _open(self, *balances):
        return self._read("balance", text_of(SUMMARY, *(balances or (balance(), balance("PLATE", 20)))))

    def _ledger(self, *events):
        return self._read("ledger", text_of(DETAIL, *events))

    def _read(self, kind, text):
        sheet = self.env["fba.sheet"].create({"warehouse_id": self.warehouse.id, "kind": kind})
        sheet._read_safely(lambda: read_report(REPORT_TYPES[kind], text))
        return sheet

    def _upload(self, kind, text):
        wizard = self.env["fba.upload"].create(
            {
                "warehouse_id": self.warehouse.id,
                "kind": kind,
                "content": base64.b64encode(text.encode()),
                "file_name": "ledger.txt",
            }
        )
        return self.env["fba.sheet"].browse(wizard.action_upload()["res_id"])

    def _take(self):
        """What the queued job does: book what is due, compare."""
        return self.env["overseas.snapshot"]._take(self.warehouse)

    def _rows(self, *domain):
        return self.env["fba.ledger.row"].search([("warehouse_id", "=", self.warehouse.id), *domain], order="id")

    def _units(self, product, location=None):
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "=", (location or self.stock).id)]
        )
        return sum(quants.mapped("quantity"))
