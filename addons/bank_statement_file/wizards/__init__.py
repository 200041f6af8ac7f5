from . import statement_upload
