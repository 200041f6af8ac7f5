from . import test_movement, test_movement_costs
