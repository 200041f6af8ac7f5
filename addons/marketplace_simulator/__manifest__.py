{
    "name": "Marketplace Simulator",
    "summary": "Training shops on a local server that speaks the marketplaces' real protocols",
    "version": "19.0.1.0.0",
    "category": "Sales/Marketplaces",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": [
        "marketplace_amazon",
        "marketplace_ebay",
        "marketplace_shopee",
        "marketplace_shopify",
        "marketplace_tiktok",
        "marketplace_woocommerce",
    ],
    "external_dependencies": {"python": ["requests"]},
    "data": ["security/ir.model.access.csv", "views/training_views.xml"],
}
