{
    "name": "Fulfilment by Amazon",
    "summary": "Stock at Amazon: its ledger as movements of stock, differences explained, claims, aged inventory",
    "version": "19.0.1.0.0",
    "category": "Inventory/Inventory",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": ["overseas_warehouse", "marketplace_amazon"],
    "external_dependencies": {"python": ["requests"]},
    "data": [
        "security/ir.model.access.csv",
        "views/account_views.xml",
        "views/menus.xml",
    ],
    "uninstall_hook": "uninstall_hook",
}
