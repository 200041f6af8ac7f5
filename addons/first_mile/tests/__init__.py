from . import (
    test_announcing,
    test_cost,
    test_cost_layers,
    test_customs,
    test_delay,
    test_documents,
    test_leg,
    test_packing_list,
    test_quote,
    test_security,
    test_shipment,
)
