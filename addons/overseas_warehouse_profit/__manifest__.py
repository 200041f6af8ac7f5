{
    "name": "Overseas Warehouses: Profit",
    "summary": "What overseas warehouses charge, per order and SKU, in the profit",
    "version": "19.0.1.0.0",
    "category": "Accounting/Marketplaces",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": ["overseas_warehouse", "marketplace_profit"],
    "data": ["views/charge_views.xml"],
    "auto_install": True,
}
