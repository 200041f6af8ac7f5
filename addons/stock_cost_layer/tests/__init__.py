from . import test_corrections, test_cost_proof, test_failures, test_flow, test_keeping, test_screens, test_unit_costs
