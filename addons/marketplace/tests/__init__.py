from . import test_listing, test_publisher, test_shipment
