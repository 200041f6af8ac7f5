from . import test_failures, test_flow, test_keeping, test_screens
