"""A marketplace in memory: an adapter for a real ``requests.Session``, with a clock that only moves by sleeping."""

import io
import json

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse


class FakeTime:
    """Clock and sleep in one; remembers each wait."""

    def __init__(self, now=1_780_000_000.0):
        self.now = now
        self.waits = []

    def clock(self):
        return self.now

    def sleep(self, seconds):
        assert seconds >= 0
        self.waits.append(round(seconds, 6))
        self.now += seconds


class FakeServer(BaseAdapter):
    """Answers requests from a function ``request -> answer()`` or from a queue of answers and exceptions."""

    def __init__(self, *answers, handler=None):
        super().__init__()
        self.answers = list(answers)
        self.handler = handler
        self.requests = []

    def send(self, request, stream=False, **_options):
        self.requests.append(request)
        result = self.handler(request) if self.handler else self.answers.pop(0)
        if isinstance(result, Exception):
            raise result
        status, headers, body = result
        response = requests.Response()
        response.status_code = status
        response.reason = "Reason"
        response.headers = CaseInsensitiveDict(headers)
        response.raw = HTTPResponse(body=body, headers=headers, status=status, preload_content=False)
        response.request = request
        response.url = request.url
        if not stream:
            response.content  # noqa: B018 (reads the body, as an adapter without streaming does)
        return response

    def close(self):
        """Nothing is open."""


def answer(body=None, status=200, **headers):
    """One answer; dictionaries and lists become JSON. Header names are written with underscores."""
    if isinstance(body, dict | list):
        body = json.dumps(body).encode()
    named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return status, named, io.BytesIO(body or b"")


def session_of(server):
    """A session in which every host is the server."""
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", server)
    session.mount("http://", server)
    return session
