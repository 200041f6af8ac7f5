{
    "name": "Exchange Rates of the ECB",
    "summary": "The European Central Bank's euro reference rates, every day, back to 1999, or from a file",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": ["account"],
    "data": [
        "security/ir.model.access.csv",
        "data/crons.xml",
        "wizards/rate_import_views.xml",
        "views/rate_views.xml",
        "views/settings_views.xml",
    ],
}
