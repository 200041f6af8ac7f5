from . import rate_import
