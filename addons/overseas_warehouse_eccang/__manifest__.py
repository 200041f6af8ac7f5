{
    "name": "ECCANG WMS",
    "summary": "Overseas warehouses that run ECCANG's WMS: orders and announced goods",
    "version": "19.0.1.0.0",
    "category": "Inventory/Inventory",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": ["overseas_warehouse"],
    "external_dependencies": {"python": ["lxml", "requests"]},
    "data": ["views/account_views.xml"],
    "uninstall_hook": "uninstall_hook",
}
