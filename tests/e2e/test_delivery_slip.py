"""Paper that goes with a parcel."""

import io
import shutil

import pypdf
import pytest


def drawn_slip(client, products):
    """The drawing commands of the one-page delivery slip of an order for ``products``."""
    customer = client.call("res.partner", "create", {"name": "Wilhelmina Slip"})
    values = [{"name": name, "type": "consu", "is_storable": True} for name in products]
    lines = [(0, 0, {"product_id": product}) for product in client.call("product.product", "create", values)]
    order = client.call("sale.order", "create", {"partner_id": customer, "order_line": lines})
    client.call("sale.order", "action_confirm", [order])
    (delivery,) = client.call("sale.order", "read", [order], ["picking_ids"])[0]["picking_ids"]
    slip = pypdf.PdfReader(io.BytesIO(client.download(f"/report/pdf/stock.report_deliveryslip/{delivery}")))
    (page,) = slip.pages
    return page.get_contents().get_data()


def test_delivery_slip_is_printed_as_pdf(server):
    """A slip comes as a PDF of one page on which every line is drawn.

    Web fonts come out as outlines, so there is no text to read: more lines have to mean more drawing.
    """
    if not ((server.home.programs / "wkhtmltopdf").exists() or shutil.which("wkhtmltopdf")):
        pytest.skip("this machine can get no wkhtmltopdf; Odoo shows reports as HTML")
    client = server.client()
    one = drawn_slip(client, ["Brass kettle"])
    three = drawn_slip(client, ["Brass kettle", "Copper pan", "Iron skillet"])
    assert len(three) - len(one) > 2 * len("Iron skillet") * 20  # each glyph is an outline of many points
