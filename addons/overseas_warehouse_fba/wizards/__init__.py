from . import fba_inbound_packer
from . import fba_upload
