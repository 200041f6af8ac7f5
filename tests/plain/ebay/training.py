"""The training eBay of a running simulator, and our side of its webhooks."""

import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import requests

from addons.marketplace.contract import WebhookRequest
from addons.marketplace.transport import MemoryTokenStore, Tokens
from addons.marketplace_ebay.connector import Credentials, EbayConnector
from tests.plain.ebay.openapi import document_of

CHECKOUT = Path(__file__).resolve().parents[3]
CALLBACK = "https://odoo.example/marketplace/oauth/callback"


class CheckedSession(requests.Session):
    """Holds every exchange against its document."""

    def send(self, request, **options):
        response = super().send(request, **options)
        url = urlsplit(request.url)
        path = url.path.removeprefix("/ebay")
        document = document_of(path)
        if document and response.status_code < 400:
            body = json.loads(request.body) if request.body else None
            document.check_request(request.method, path, dict(parse_qsl(url.query)), body)
            document.check_response(
                request.method, path, response.status_code, response.json() if response.content else None
            )
        return response


class Training:
    """A running simulator."""

    def __init__(self, url):
        self.url = url
        self.access = self.get("credentials")["channels"]["ebay"]

    def get(self, what):
        return requests.get(f"{self.url}/_sim/{what}", timeout=10).json()

    def post(self, what, body=None):
        answer = requests.post(f"{self.url}/_sim/{what}", json=body or {}, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def clear_faults(self):
        requests.delete(f"{self.url}/_sim/faults", timeout=10).raise_for_status()

    def place(self, **options):
        """One merchant order; its id."""
        return self.post("orders", {"channel": "ebay", "kinds": [], **options})["orders"][0]

    def sold(self, order_id):
        return next(order for order in self.get("orders")["orders"] if order["id"] == order_id)

    def credentials(self, **fields):
        access = self.access
        return Credentials(
            client_id=access["client_id"],
            client_secret=access["client_secret"],
            ru_name=CALLBACK,
            signing_key=access["signing_key"],
            signing_jwe=access["signing_jwe"],
            marketplaces=tuple(access["marketplaces"]),
            **fields,
        )

    def connector(self, credentials=None, connected=True, checked=True):
        tokens = Tokens(access="", access_ends_at=0, refresh=self.access["refresh_token"]) if connected else None
        return EbayConnector(
            credentials or self.credentials(),
            session=CheckedSession() if checked else None,
            endpoint=f"{self.url}/ebay",
            token_store=MemoryTokenStore(tokens),
            timeout=(5.0, 2.0),  # answers that a fault swallows are not waited for long
        )


@contextmanager
def running(orders):
    """A :class:`Training` in a process of its own, in which a minute passes in a second."""
    command = [sys.executable, "-m", "addons.marketplace_simulator.server", "--port", "0", "--orders", str(orders)]
    command += ["--channels", "ebay", "--speed", "60"]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            assert "ready on" in line, line
            yield Training(line.split("ready on ")[1].split()[0])
        finally:
            process.terminate()


class Endpoint:
    """Our side of a webhook, on the loopback interface."""

    def __init__(self, connector):
        self.received, self.arrived = [], threading.Event()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self._answer(dict(parse_qsl(urlsplit(self.path).query)), b"")

            def do_POST(self):
                self._answer({}, self.rfile.read(int(self.headers["Content-Length"])))

            def _answer(self, query, body):
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = WebhookRequest(self.command, endpoint.url, headers, query, body, 0.0)
                webhook = connector.read_webhook(request)
                if webhook.notices:
                    endpoint.received.append(webhook)
                    endpoint.arrived.set()
                self.send_response(200)
                self.send_header("Content-Type", webhook.reply_type)
                self.end_headers()
                self.wfile.write(webhook.reply)

            def log_message(self, *_args):
                """Nothing on the screen."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhook"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self.server.shutdown()
        self.server.server_close()
