"""What products are called. Many shops give no SKUs: ids stand in, the same way in orders, listings and stock."""

_PREFIX = "id:"


def sku_of(node, product_id, variation_id=""):
    """The SKU, else ``id:PRODUCT`` or ``id:PRODUCT/VARIATION``; empty for a deleted product without SKU."""
    ids = "/".join(filter(None, (product_id, variation_id)))
    return node.text("sku") or (_PREFIX + ids if ids else "")


def ids_in(sku):
    """``(product id, variation id or "")`` of a stand-in, ``None`` of a real SKU."""
    product_id, _, variation_id = sku.removeprefix(_PREFIX).partition("/")
    if not sku.startswith(_PREFIX) or not product_id.isdigit() or not (variation_id or "0").isdigit():
        return None
    return product_id, variation_id
