from . import (
    test_fetch,
    test_fulfilment,
    test_import_flow,
    test_import_money,
    test_import_partners,
    test_listing,
    test_publisher,
    test_reservation,
    test_revision,
    test_shipment,
)
