"""What the storm's workers do inside Odoo. Every function of :data:`WORK` takes an environment, and commits."""

import os
import signal
import traceback
from datetime import datetime

from scripts.lib.bench._storm_world import BEGIN, to_time


class Injected(Exception):
    """An error that the storm throws into a transaction."""


class Fate:
    """Kills this process, or raises, at a statement that was drawn."""

    def __init__(self):
        self.how, self.left = None, 0

    def draw(self, fate) -> None:
        self.how, self.left = fate or (None, 0)

    def statement(self) -> None:
        self.left -= 1
        if self.left == 0 and self.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.left == 0 and self.how == "raise":
            raise Injected

    def committed(self) -> None:
        if self.how == "kill after commit" and self.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


class Clock(datetime):
    """The storm's time for whoever asks ``datetime.now()``."""

    virtual = BEGIN.replace(tzinfo=None)

    @classmethod
    def now(cls, tz=None):
        return cls.virtual


FATE = Fate()


def serve(database: str, pipe, other_end) -> None:
    """A worker's life: take a piece of work, do it, say how it went."""
    other_end.close()
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from psycopg2 import OperationalError

    _prepare(pipe)
    while message := pipe.recv():
        now, fate, (name, *arguments) = message
        Clock.virtual = to_time(now).replace(tzinfo=None)
        FATE.draw(fate)
        try:
            with Registry(database).cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {"tz": "UTC"})
                answer = "done", WORK[name](env, *arguments)
        except Injected:
            answer = "injected", None
        except OperationalError:
            answer = "conflict", None
        except Exception:  # noqa: BLE001  the other side raises it
            answer = "failed", traceback.format_exc()
        FATE.draw(None)
        pipe.send(answer)
    os._exit(0)


def _prepare(pipe) -> None:
    """Give this process connections, a clock, marketplaces and a fate of its own."""
    from odoo import fields, sql_db
    from odoo.addons.queue_job import job as queue_job

    # The pool came along with the fork, but its connections are the parent's.
    sql_db._Pool._connections.clear()
    queue_job.datetime = Clock
    fields.Datetime.now = staticmethod(lambda *_arguments: Clock.virtual.replace(microsecond=0))
    _connect(pipe)
    execute, commit = sql_db.Cursor.execute, sql_db.Cursor.commit

    def fateful_execute(cr, *arguments, **options):
        FATE.statement()
        return execute(cr, *arguments, **options)

    def fateful_commit(cr):
        commit(cr)
        FATE.committed()

    sql_db.Cursor.execute, sql_db.Cursor.commit = fateful_execute, fateful_commit


def _connect(pipe) -> None:
    from odoo.addons.marketplace.models.account import MarketplaceAccount

    from scripts.lib.bench._storm_connector import StormConnector

    def ask(*question):
        pipe.send(("ask", question))
        return pipe.recv()

    def get_connector(account):
        shop = account.shop_ids[:1]
        return StormConnector(ask, shop.external_id, shop.currency_id.name)

    MarketplaceAccount._get_connector = get_connector


# --- work ---


def call(env, model: str, method: str) -> None:
    """What a scheduled action does."""
    getattr(env[model], method)()
    env.cr.commit()


def job(env, uuid: str) -> None:
    """Run a queued job as its runner does: what it did and that it is done are one transaction."""
    from odoo.addons.queue_job.exception import RetryableJobError
    from odoo.addons.queue_job.job import Job

    record = Job.load(env, uuid)
    try:
        record.perform()
    except RetryableJobError as error:
        env.cr.rollback()
        record = Job.load(env, uuid)
        record.postpone(result=str(error), seconds=error.seconds or 10)
        record.set_pending(reset_retry=False)
    else:
        record.set_done()
    record.store()
    env.cr.commit()


def receive(env, arrivals: list[tuple[int, int, float]]) -> None:
    """Goods come in: ``[(product id, location id, units)]``."""
    for product_id, location_id, units in arrivals:
        product, location = env["product.product"].browse(product_id), env["stock.location"].browse(location_id)
        env["stock.quant"]._update_available_quantity(product, location, units)
    env.cr.commit()


def ship(env, limit: int) -> int:
    """Clerks pack the oldest orders that may leave.

    :return: transfers done
    """
    orders = env["sale.order"].search(env["sale.order"]._get_marketplace_to_ship_domain(), order="id", limit=limit)
    pickings = orders.picking_ids.filtered(lambda picking: picking.state == "assigned")
    pickings.write({"carrier_tracking_ref": "T"})
    pickings.move_ids.picked = True
    pickings._action_done()
    env.cr.commit()
    return len(pickings)


def take_back(env, limit: int) -> int:
    """Buyers of the oldest shipped orders send their goods back and get their money.

    :return: orders
    """
    domain = [("marketplace_shipment_state", "=", "confirmed"), ("marketplace_refund_ids", "=", False)]
    orders = env["sale.order"].search(domain, order="id desc", limit=limit)
    for order in orders:
        wizard = env["stock.return.picking"].create({"picking_id": order.picking_ids[:1].id})
        wizard.product_return_moves.quantity = 1
        picking = wizard._create_return()
        picking.move_ids.picked = True
        picking._action_done()
        refund = env["marketplace.refund"].with_context(default_order_id=order.id)
        refund.create({**refund.default_get(list(refund._fields)), "reason": "Does not fit"}).action_send()
    env.cr.commit()
    return len(orders)


WORK = {function.__name__: function for function in (call, job, receive, ship, take_back)}
