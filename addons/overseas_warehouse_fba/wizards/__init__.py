from . import fba_inbound_packer, fba_removal_count, fba_upload
