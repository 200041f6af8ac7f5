"""TikTok Shop's Open API behind the marketplace contract. Plain Python."""

from .auth import HANDOVERS, Credentials
from .connector import TikTokConnector
from .signing import signature, webhook_signature

__all__ = ["HANDOVERS", "Credentials", "TikTokConnector", "signature", "webhook_signature"]
