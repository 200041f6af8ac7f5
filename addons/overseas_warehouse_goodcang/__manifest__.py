{
    "name": "GoodCang",
    "summary": "GoodCang's overseas warehouses: products, stock, orders, announced goods, returns and charges",
    "version": "19.0.1.0.0",
    "category": "Inventory/Inventory",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": ["overseas_warehouse"],
    "external_dependencies": {"python": ["requests"]},
    "data": ["views/account_views.xml"],
    "uninstall_hook": "uninstall_hook",
}
