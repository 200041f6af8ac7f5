from . import test_kit_preorder, test_kit_shipment, test_kit_stock, test_known_kits
