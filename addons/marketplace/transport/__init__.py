"""One way to speak HTTP for all connectors: signing, rate limits, retries, redaction, documents. Plain Python."""

from .buckets import Bucket, BucketStore, Limit, MemoryBucketStore, RateLimiter
from .client import Answer, HttpClient
from .documents import Document, decode_document
from .offers import OfferIndex
from .redaction import RedactingFilter, get_logger, redact, remember_secret
from .tokens import MemoryTokenStore, TokenAuth, Tokens, TokenStore

__all__ = [
    "Answer",
    "Bucket",
    "BucketStore",
    "Document",
    "HttpClient",
    "Limit",
    "MemoryBucketStore",
    "MemoryTokenStore",
    "OfferIndex",
    "RateLimiter",
    "RedactingFilter",
    "TokenAuth",
    "TokenStore",
    "Tokens",
    "decode_document",
    "get_logger",
    "redact",
    "remember_secret",
]
