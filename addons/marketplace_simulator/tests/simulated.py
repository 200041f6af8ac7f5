"""A simulator that a test has for itself, reached over real HTTP."""

import threading

from werkzeug.serving import make_server

from ..server.__main__ import Handler


class Simulated:
    """Part of a test case that speaks to a simulator."""

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        """Override of `odoo.tests`, which wants one number of seconds where we wait to connect and to read apart."""
        if isinstance(kwargs.get("timeout"), tuple):
            kwargs["timeout"] = max(kwargs["timeout"])
        return super()._request_handler(session, request, **kwargs)

    def _serve(self, simulator):
        """Serve a simulator until the test ends: ``self.simulator`` at ``self.url``."""
        server = make_server("127.0.0.1", 0, simulator, threaded=True, request_handler=Handler)
        self.simulator = simulator
        self.url = simulator.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
