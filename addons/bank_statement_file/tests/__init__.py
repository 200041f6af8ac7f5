from . import test_layouts, test_statement_file
