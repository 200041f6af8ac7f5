"""A client of a running Odoo server over its JSON-RPC, as the web client uses it."""

import itertools
from typing import Any

import requests


class OdooError(Exception):
    """Odoo answered with an error; the message is the server's, ``debug`` its traceback."""

    def __init__(self, message: str, debug: str = ""):
        super().__init__(message)
        self.debug = debug


class OdooClient:
    """One logged-in session.

    :param url: the server, without a slash at the end
    :param timeout: seconds that one call may take
    :raise OdooError: login or password is wrong
    """

    def __init__(self, url: str, database: str, login: str, password: str, timeout: float = 300):
        self.url = url
        self.timeout = timeout
        self._session = requests.Session()
        self._ids = itertools.count(1)
        answer = self._post("/web/session/authenticate", {"db": database, "login": login, "password": password})
        self.uid: int = answer["uid"]

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a public model method: ``client.call("res.partner", "search_read", [], fields=["name"], limit=1)``.

        Methods of records take the list of ids first.

        :raise OdooError: the method raised
        """
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", params)

    def create(self, model: str, **values: Any) -> int:
        """Create one record; returns its id."""
        return self.call(model, "create", [values])[0]

    def download(self, path: str) -> bytes:
        """The body that a GET of ``path`` answers, as the session's user.

        :raise requests.HTTPError: the server answered with an error
        """
        response = self._session.get(self.url + path, timeout=self.timeout)
        response.raise_for_status()
        return response.content

    def _post(self, path: str, params: dict) -> Any:
        body = {"jsonrpc": "2.0", "method": "call", "id": next(self._ids), "params": params}
        response = self._session.post(self.url + path, json=body, timeout=self.timeout)
        response.raise_for_status()
        answer = response.json()
        if "error" in answer:
            data = answer["error"].get("data", {})
            raise OdooError(data.get("message") or answer["error"]["message"], data.get("debug", ""))
        return answer.get("result")  # left out where the method returns nothing
