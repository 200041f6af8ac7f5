"""The WSGI application: one simulated world behind its marketplaces' sites and the control interface."""

import json
import threading

from werkzeug.wrappers import Request, Response

from .channels import AMAZON, load
from .channels.webhooks import Sender
from .clock import Clock
from .control import Control
from .faults import Faults
from .limits import Buckets
from .signing import Signer
from .spapi.site import Site
from .world import replay as demand
from .world.store import Store
from .world.world import World


class Simulator:
    """A simulator ready to serve.

    :param state: path of the SQLite file, ``None`` for a world in memory
    :param orders: orders to start with, spread over the last two days
    :param stock: starting quantity of every product
    :param replay: ``(path, number of lines)`` of a demand file to replay, with its products as the catalogue
    :param clock: a clock of one's own instead of ``speed``
    :param channels: names of the channels that sell, or :class:`.channels.Channel`; ``regions`` are Amazon's
    """

    def __init__(self, state=None, seed=1, regions=("eu",), speed=1.0, orders=0, stock=None, replay=None, clock=None,
                 channels=(AMAZON,)):
        self.url = "http://127.0.0.1"
        self._orders, self._stock, self._replay = orders, stock, replay
        self.store = Store(state)
        chosen = [load(one) if isinstance(one, str) else one for one in channels if one != AMAZON]
        outlets = [outlet for channel in chosen for outlet in channel.outlets()]
        self.world = World(self.store, clock or Clock(speed), seed, regions if AMAZON in channels else (), outlets)
        self.faults = Faults(self.store, seed)
        self.buckets = Buckets(self.world.clock)
        self.signer, self.webhooks = Signer(seed), Sender(self.world.clock)
        #: Amazon's site, which answers under every path that no other has.
        self.site = Site(self.world, self.faults, self.buckets, self.signer)
        #: The sites of the other channels by name.
        self.channels = {channel.name: channel.site(channel, self) for channel in chosen}
        self._control = Control(self)
        self._populate()

    def __call__(self, environ, start_response):
        return self._respond(Request(environ))(environ, start_response)

    def reset(self):
        """Forget everything and start again."""
        with self.store.transaction():
            self.store.clear()
            self._populate()
        self.buckets.clear()

    def tick(self, everything=False):
        """Let what is due happen, or everything that is planned; return the number of events."""
        sites = (self.site, *self.channels.values())
        return self.world.tick(everything) + sum(site.tick(everything) for site in sites)

    def run_stream(self, rate, stop):
        """Place ``rate`` orders per second of real time until ``stop`` (an Event) is set."""
        while not stop.wait(1 / rate):
            self.world.stream()

    def start_stream(self, rate):
        """Start the order stream in the background and return the event that stops it."""
        stop = threading.Event()
        threading.Thread(target=self.run_stream, args=(rate, stop), daemon=True).start()
        return stop

    def _populate(self):
        """Fill the world, or where its state was filled before let the channels in that have joined since."""
        if self.world.populated:
            self.world.open_outlets()
            return
        with self.store.transaction():
            if not self._replay:
                self.world.populate(self._orders, stock=self._stock)
                return
            rows = demand.read(*self._replay)
            made = demand.products(self.world.seed, rows)
            self.world.populate(self._orders, made, self._stock)
            demand.run(self.world, rows, made)

    def _respond(self, request):
        if request.path.startswith("/_sim/"):
            return self._control.respond(request)
        self.world.tick()
        channel = self.channels.get(request.path.split("/")[1])
        if channel is not None:
            channel.tick()
            return channel.respond(request)
        return self.site.respond(request) or Response(
            json.dumps({"errors": [{"code": "NotFound", "message": "The requested resource does not exist."}]}), 404,
            content_type="application/json")
