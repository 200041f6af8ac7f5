{
    "name": "Walmart",
    "summary": "Walmart Marketplace (US): orders, listings, stock, shipments, cancellations, returns and refunds",
    "version": "19.0.1.0.0",
    "category": "Sales/Marketplaces",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": ["marketplace"],
    "external_dependencies": {"python": ["requests"]},
    "data": ["views/account_views.xml"],
    "uninstall_hook": "uninstall_hook",
}
