{
    "name": "WooCommerce",
    "summary": "WooCommerce shops: orders, products, stock, shipments and refunds through the REST API",
    "version": "19.0.1.0.0",
    "category": "Sales/Marketplaces",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": ["marketplace"],
    "external_dependencies": {"python": ["requests"]},
    "data": ["views/account_views.xml"],
    "uninstall_hook": "uninstall_hook",
}
