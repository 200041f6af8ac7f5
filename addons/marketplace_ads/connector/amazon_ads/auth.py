"""Login with Amazon for the advertising interface: the same tokens as for sellers, in another header."""

from ....marketplace_amazon.connector.auth import LwaAuth


class BearerAuth(LwaAuth):
    """Signs calls as RFC 6750 has it. See :class:`LwaAuth`."""

    def __call__(self, prepared):
        prepared.headers["Authorization"] = f"Bearer {self.token()}"
        return prepared

    def renew(self, failure):
        """Replace the token once after HTTP 401, whose text Amazon Ads does not promise."""
        if "HTTP 401" not in str(failure):
            return False
        with self._lock:
            self._refresh()
        return True
