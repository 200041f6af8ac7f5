{
    "name": "eBay",
    "summary": "eBay seller accounts: orders, listings, stock, shipments, returns and refunds through the Sell APIs",
    "version": "19.0.1.0.0",
    "category": "Sales/Marketplaces",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": ["marketplace"],
    "external_dependencies": {"python": ["cryptography", "requests"]},
    "data": ["views/account_views.xml"],
    "uninstall_hook": "uninstall_hook",
}
