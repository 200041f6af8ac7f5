{
    "name": "Shopee",
    "summary": "Shopee shops: orders, listings, stock, waybills and returns through the Open Platform",
    "version": "19.0.1.0.0",
    "category": "Sales/Marketplaces",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": ["marketplace"],
    "external_dependencies": {"python": ["pypdf", "requests"]},
    "data": ["views/account_views.xml"],
    "uninstall_hook": "uninstall_hook",
}
