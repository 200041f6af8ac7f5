"""The simulated world of third-party warehouses: one set of books, behind the protocol of each operator.

How an operator speaks over it: a package ``sites/<name>`` has a ``CHANNEL`` (:func:`.site.depot_channel`) whose site
derives :class:`.site.DepotSite`. The site lists its operations, says who calls and how errors look, as the sites of
sales channels do, names its ``places`` (:class:`.depot.Place`) and ``services``, and in its handlers reads and writes
``call.site.depot``, which is the :class:`.depot.Depot` of that operator. What a depot does not allow raises
:class:`.depot.Refusal`, which the site words as its protocol does (``refused``).

Being here is all that it takes: ``Simulator(channels=("goodcang",))`` or ``--channels goodcang`` opens the operator
``goodcang``. Faults are armed as for sales channels: ``{"kind": "throttle", "operation": "goodcang.*"}``. Tests and
``POST /_sim/depots/<name>/<event>`` play the people in the warehouse: ``put_stock``, ``receive``, ``ship``,
``bring_back``; without them goods arrive, are counted and leave by themselves as simulated time passes (:mod:`.hands`).
"""

import importlib
import pkgutil

from . import sites


def names():
    """Return the names of all operators there are."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(sites.__path__) if module.ispkg))


def load(name):
    """Return the channel of an operator."""
    return importlib.import_module(f".sites.{name}", __name__).CHANNEL
