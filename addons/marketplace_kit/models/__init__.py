from . import marketplace_shipment, stock_publisher
