{
    "name": "Stock Cost Layers",
    "summary": "What each unit really cost, per warehouse and component, replayed from a log that is never changed",
    "version": "19.0.1.1.0",
    "category": "Supply Chain/Inventory",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": ["stock_account", "purchase_stock"],
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "views/event_views.xml",
        "views/layer_views.xml",
        "views/snapshot_views.xml",
        "views/bridge_views.xml",
        "views/settings_views.xml",
        "views/menus.xml",
    ],
}
