from . import packing_list_import, tariff_import
