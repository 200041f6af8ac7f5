"""What each unit really cost, from a log of events. Plain Python; Odoo only feeds it and shows what it says.

How data flows::

    Event (log, never changed)
      -> Method.apply(event)            FIFO, batch-actual, moving average, monthly average
           -> Node                      one per movement: where its units went
           -> Lot                       units of a node that lie in one place
           -> Place.amounts             what the units of a place cost, by component
      -> what the event moved to cost of sales (six integers)

A product's events never touch another product, so a state is kept per product. Money is whole numbers of the
currency's smallest unit and units are whole numbers of :data:`UNIT`: what is split is split by largest remainder, and
what was put in always equals what lies in places plus what went to cost of sales.

Units are followed physically in the order they came to a place (batch-actual: the named batch first), under every
method. That is how a late bill finds the units of its receipt: the part of units that were sold goes to cost of
sales, the rest to the places where they lie or travel. A method only says what the units that leave a place cost.

A sale that nothing covers costs nothing yet: it waits in its place as a shortage. The next units that come there
fill it, and their cost goes to the sale. A transfer of units that are not there makes units without cost at its
target; what fills the shortage later follows them.
"""

from .averages import MonthlyAverage, MovingAverage
from .bridge import Bridge, BridgeLine, LedgerLine, bridge, bridge_ledger
from .components import COMPONENTS, UNIT, ZERO, add, part, split, subtract, to_amounts, to_money, to_units
from .errors import CostError, InvalidEvent, UnknownOrigin
from .event import Event, Kind
from .layers import BatchActual, Fifo
from .rows import Rows, dump, empty, load, needed, pack, unpack
from .snapshot import SnapshotLine, snapshot
from .trace import TRACED, Flow, Reason

METHODS = {method.name: method for method in (Fifo, MovingAverage, MonthlyAverage, BatchActual)}
