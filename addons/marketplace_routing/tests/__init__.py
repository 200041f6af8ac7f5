from . import (
    test_combined_freight,
    test_combined_parcel,
    test_decision,
    test_freight_import,
    test_freight_parcel,
    test_freight_table,
    test_rerouting,
    test_router,
    test_rule,
    test_ruleset,
    test_split_shipping,
    test_trial,
)
