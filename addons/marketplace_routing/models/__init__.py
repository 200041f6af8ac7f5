from . import combined_parcel, stock_picking_combined
