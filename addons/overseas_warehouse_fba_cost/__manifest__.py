{
    "name": "Fulfilment by Amazon: Cost of Movements",
    "summary": "One statement of everything that moved units or value of the stock at Amazon",
    "version": "19.0.1.0.0",
    "category": "Inventory/Inventory",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": ["overseas_warehouse_fba", "stock_cost_layer"],
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "views/movement_views.xml",
    ],
    "auto_install": True,
}
