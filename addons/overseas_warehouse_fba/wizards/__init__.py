from . import fba_inbound_packer
