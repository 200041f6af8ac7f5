from . import known_kits, marketplace_shipment, stock_publisher
