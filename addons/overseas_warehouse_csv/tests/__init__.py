from . import test_files, test_reports, test_upload
