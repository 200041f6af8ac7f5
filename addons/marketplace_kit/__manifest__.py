{
    "name": "Marketplace Kits",
    "summary": "Bundles and multi-packs in the shops: what their components allow",
    "version": "19.0.1.0.0",
    "category": "Sales/Marketplaces",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": ["marketplace", "sale_mrp"],
    "auto_install": True,
}
