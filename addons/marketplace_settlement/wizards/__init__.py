from . import settlement_upload
