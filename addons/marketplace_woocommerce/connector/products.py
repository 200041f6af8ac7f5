"""Products and their variations: listings and stock. Sources: documents ``products`` and ``product-variations``."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR

from ...marketplace.contract import Fulfilment, Listing, Money, PushResult, StockLevel
from .api import PAGE_SIZE, objects_of
from .fields import Node
from .skus import ids_in, sku_of

_VARIABLE = "variable"
_CHUNK = 50  # SKUs in one query: proxies cut addresses longer than some thousand characters
_LEVELS = 50  # of a batch; 100 is the most, but each is a product saved


def fetch_listings(api, shop_id, currency):
    """All products that can be sold: simple ones, and the variations of the others."""
    listings = []
    for payload in api.pages("products.list", "/products", {"status": "any", "orderby": "id", "order": "asc"}):
        product = Node(payload, "product")
        if product.text("type") == _VARIABLE:
            product_id = product.ident("id", required=True)
            entries = api.pages("variations.list", f"/products/{product_id}/variations")
            variations = [read_listing(Node(entry, "variation"), shop_id, currency, product) for entry in entries]
            listings += variations
        else:
            listings.append(read_listing(product, shop_id, currency))
    return listings


def read_listing(product, shop_id, currency, parent=None):
    """A product or variation as :class:`Listing`; a variation alone has no name."""
    product_id = product.ident("id", required=True)
    price = product.number("price")
    return Listing(
        shop_id=shop_id,
        sku=sku_of(product, parent.ident("id"), product_id) if parent else sku_of(product, product_id),
        title=_title(product, parent),
        fulfilment=Fulfilment.MERCHANT,
        product_id=product_id,
        price=None if price is None else Money.parse(product.text("price"), currency, product.where("price")),
        quantity=read_quantity(product),
        status=product.text("status"),
        barcode=product.text("global_unique_id"),
    )


def read_quantity(product):
    """Units on offer, rounded down; ``None`` where the shop does not count them."""
    quantity = product.number("stock_quantity")
    return None if quantity is None else max(0, int(quantity.to_integral_value(ROUND_FLOOR)))


def _title(product, parent):
    if parent is None:
        return product.text("name")
    options = [attribute.text("option") for attribute in product.nodes("attributes")]
    return " – ".join(part for part in (parent.text("name"), ", ".join(filter(None, options))) if part)


@dataclass(frozen=True, slots=True)
class _Target:
    """Where the stock of a SKU is: a product, or a variation of ``parent``."""

    sku: str
    product_id: str
    parent: str
    quantity: int | None


def fetch_stock(api, skus):
    """Quantities that the shop shows, as list of :class:`StockLevel`; SKUs that it does not count are left out."""
    targets = _find(api, skus)
    return [StockLevel(sku, target.quantity) for sku, target in targets.items() if target.quantity is not None]


def push_stock(api, levels):
    """Set quantities in batches, per parent product; one :class:`PushResult` per level."""
    targets = _find(api, [level.sku for level in levels])
    results, batches = [], {}
    for level in levels:
        target = targets.get(level.sku)
        if target is None:
            results.append(PushResult(level.sku, False, "the shop has no product with this SKU"))
        else:
            batches.setdefault(target.parent, []).append((level, target.product_id))
    for parent, batch in batches.items():
        for start in range(0, len(batch), _LEVELS):
            results += _push(api, parent, batch[start : start + _LEVELS])
    return results


def _push(api, parent, batch):
    operation = "variations.batch" if parent else "products.batch"
    path = f"/products/{parent}/variations/batch" if parent else "/products/batch"
    update = [
        {"id": int(product_id), "manage_stock": True, "stock_quantity": level.quantity} for level, product_id in batch
    ]
    # The same quantities again change nothing.
    answer = Node(api.send(operation, "POST", path, {"update": update}, idempotent=True), "batch")
    told = {entry.ident("id"): entry for entry in answer.nodes("update")}
    return [_read_result(level, told.get(product_id)) for level, product_id in batch]


def _read_result(level, entry):
    if entry is None:
        return PushResult(level.sku, False, "the shop did not answer for this SKU")
    error = entry.node("error")
    if error.data:
        return PushResult(level.sku, False, f"{error.text('code')} {error.text('message')}".strip())
    return PushResult(level.sku, True)


def _find(api, skus):
    """``{sku: _Target}`` of those that the shop has. A query for SKUs finds variations too, beside products."""
    found = {}
    standing_in = {sku: ids for sku in skus if (ids := ids_in(sku))}
    # A comma splits a SKU in the query's list; alone in a query such a SKU is found.
    single = [sku for sku in skus if "," in sku]
    plain = [sku for sku in skus if sku and "," not in sku and sku not in standing_in]
    for chunk in [*_chunks(plain), *([sku] for sku in single)]:
        found.update((target.sku, target) for target in _search(api, "/products", {"sku": ",".join(chunk)}))
    by_parent = {}
    for product_id, variation_id in standing_in.values():
        by_parent.setdefault(product_id if variation_id else "", []).append(variation_id or product_id)
    for parent, ids in by_parent.items():
        path = f"/products/{parent}/variations" if parent else "/products"
        for chunk in _chunks(ids):
            targets = _search(api, path, {"include": ",".join(chunk)}, parent)
            found.update((target.sku, target) for target in targets)
    return {sku: found[sku] for sku in skus if sku in found}


def _chunks(values):
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def _search(api, path, query, parent=""):
    operation = "variations.list" if parent else "products.list"
    answer = api.get(operation, path, {**query, "status": "any", "per_page": PAGE_SIZE})
    for payload in objects_of(answer, "products"):
        product = Node(payload, "product")
        product_id = product.ident("id", required=True)
        above = parent or product.ident("parent_id")
        sku = sku_of(product, above or product_id, product_id if above else "")
        yield _Target(sku, product_id, above, read_quantity(product))
