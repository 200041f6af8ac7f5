from . import marketplace_shipment, sale_order_line, stock_move, stock_publisher
