from . import bill_division, packing_list_import, tariff_import
