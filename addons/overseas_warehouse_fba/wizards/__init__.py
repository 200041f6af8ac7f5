from . import fba_inbound_packer, fba_upload
