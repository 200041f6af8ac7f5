from . import fba_upload
