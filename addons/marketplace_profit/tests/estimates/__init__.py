from . import test_estimate, test_rate
