"""Who we are to WooCommerce."""

import hashlib
from dataclasses import dataclass, field

from ...marketplace.transport import remember_secret


@dataclass(frozen=True)
class Credentials:
    """What a seller's access consists of.

    :param key_id: public part, names the authorisation
    """

    key_id: str
    secret: str = field(repr=False)

    @property
    def key(self):
        """Text that names the authorisation without telling it: owner of rate limits."""
        return "woocommerce:" + hashlib.sha256(self.key_id.encode()).hexdigest()[:16]


class Signer:
    """Signs calls; the ``auth`` of the HTTP client. Tokens that end belong into ``TokenAuth`` instead."""

    def __init__(self, credentials):
        self._credentials = credentials
        remember_secret(credentials.secret)

    def __call__(self, prepared):
        raise NotImplementedError("fill in Signer: how WooCommerce wants requests to be signed")
