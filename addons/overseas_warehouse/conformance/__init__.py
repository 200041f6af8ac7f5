"""What every provider must do, as tests: subclass :class:`ProviderConformance` and fill in the hooks.

    class TestGoodcang(ProviderConformance):
        def make_provider(self, failure=None): ...

Plain pytest style, without Odoo and without network. What a provider declares in its capabilities is tested, what it
does not declare is skipped; a hook that is not filled in fails and says what it wants.
"""

import pytest

for _name in ("accounts", "capabilities", "failures", "hooks", "inbound", "outbound", "stock", "writes"):
    pytest.register_assert_rewrite(f"{__name__}.{_name}")

from .accounts import AccountTests  # noqa: E402
from .capabilities import CapabilityTests  # noqa: E402
from .failures import FailureTests  # noqa: E402
from .hooks import FAILURES  # noqa: E402
from .inbound import InboundTests  # noqa: E402
from .outbound import OutboundTests  # noqa: E402
from .stock import StockTests  # noqa: E402
from .writes import WriteTests  # noqa: E402

__all__ = ["FAILURES", "ProviderConformance"]


class ProviderConformance(
    CapabilityTests, FailureTests, WriteTests, StockTests, InboundTests, OutboundTests, AccountTests
):
    """All tests of a provider. The hooks to fill in are those of :class:`~.hooks.Hooks`.

    ``tests/plain/overseas_warehouse/test_kit.py`` is a complete example, with a warehouse in memory.
    """
