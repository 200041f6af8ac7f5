{
    "name": "Overseas Warehouses by File",
    "summary": "Warehouses without an interface: orders and notices leave as CSV or Excel, their reports come back so",
    "version": "19.0.1.0.0",
    "category": "Inventory/Inventory",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": ["overseas_warehouse"],
    "external_dependencies": {"python": ["openpyxl"]},
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "views/upload_views.xml",
        "views/file_views.xml",
        "views/account_views.xml",
        "views/menus.xml",
    ],
    "uninstall_hook": "uninstall_hook",
}
