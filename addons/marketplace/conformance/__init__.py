"""What every connector must do, as tests: subclass :class:`ConnectorConformance` and fill in the hooks.

    class TestAmazon(ConnectorConformance):
        def make_connector(self, failure=None): ...

Plain pytest style, without Odoo and without network. What a connector declares in its capabilities is tested, what it
does not declare is skipped; a hook that is not filled in fails and says what it wants.
"""

import pytest

for _name in (
    "capabilities",
    "failures",
    "fetching",
    "hooks",
    "kit",
    "parsing",
    "returns",
    "settlements",
    "tokens",
    "webhooks",
    "writes",
):
    pytest.register_assert_rewrite(f"{__name__}.{_name}")

from .capabilities import CapabilityTests  # noqa: E402
from .failures import FailureTests  # noqa: E402
from .fetching import FetchingTests  # noqa: E402
from .hooks import FAILURES, SKEW  # noqa: E402
from .parsing import ParsingTests  # noqa: E402
from .returns import ReturnTests  # noqa: E402
from .settlements import SettlementTests  # noqa: E402
from .tokens import TokenTests  # noqa: E402
from .webhooks import WebhookTests  # noqa: E402
from .writes import WriteTests  # noqa: E402

__all__ = ["FAILURES", "SKEW", "ConnectorConformance"]


class ConnectorConformance(
    CapabilityTests,
    FetchingTests,
    ParsingTests,
    FailureTests,
    TokenTests,
    WriteTests,
    ReturnTests,
    SettlementTests,
    WebhookTests,
):
    """All tests of a connector. The hooks to fill in are those of :class:`~.hooks.Hooks`.

    ``tests/plain/amazon/test_conformance.py`` is a complete example.
    """
