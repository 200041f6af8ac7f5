"""The WSGI application: one simulated world behind its marketplaces' sites and the control interface."""

import json
import threading

from werkzeug.wrappers import Request, Response

from .clock import Clock
from .control import Control
from .faults import Faults
from .limits import Buckets
from .signing import Signer
from .spapi.site import Site
from .world.store import Store
from .world.world import World


class Simulator:
    """A simulator ready to serve.

    :param state: path of the SQLite file, ``None`` for a world in memory
    :param orders: orders to start with, spread over the last two days
    :param products: catalogue instead of the built-in one
    :param stock: starting quantity of every product
    :param clock: a clock of one's own instead of ``speed``
    """

    def __init__(self, state=None, seed=1, regions=("eu",), speed=1.0, orders=0, products=None, stock=None,
                 clock=None):
        self.url = "http://127.0.0.1"
        self._start = {"order_count": orders, "products": products, "stock": stock}
        self.store = Store(state)
        self.world = World(self.store, clock or Clock(speed), seed, regions)
        self.faults = Faults(self.store, seed)
        self.buckets = Buckets(self.world.clock)
        self.site = Site(self.world, self.faults, self.buckets, Signer(seed))
        self._control = Control(self)
        self.was_empty = self.world.populate(**self._start)

    def __call__(self, environ, start_response):
        return self._respond(Request(environ))(environ, start_response)

    def reset(self):
        """Forget everything and start again."""
        with self.store.transaction():
            self.store.clear()
            self.world.populate(**self._start)
        self.buckets.clear()

    def tick(self, everything=False):
        """Let what is due happen, or everything that is planned; return the number of events."""
        return self.site.tick(everything)

    def run_stream(self, rate, stop):
        """Place ``rate`` orders per second of real time until ``stop`` (an Event) is set."""
        while not stop.wait(1 / rate):
            self.world.create_orders(1)

    def start_stream(self, rate):
        """Start the order stream in the background and return the event that stops it."""
        stop = threading.Event()
        threading.Thread(target=self.run_stream, args=(rate, stop), daemon=True).start()
        return stop

    def _respond(self, request):
        if request.path.startswith("/_sim/"):
            return self._control.respond(request)
        return self.site.respond(request) or Response(
            json.dumps({"errors": [{"code": "NotFound", "message": "The requested resource does not exist."}]}), 404,
            content_type="application/json")
