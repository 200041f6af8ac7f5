"""What first-mile freight weighs, costs, pays in duty and how long it takes, in plain Python."""

from .allocation import BASES, CartonMeasures, Portion, allocate
from .chargeable import MODES, Box, WeightRule, get_default_rule, weigh
from .duty import DutyTable, Goods, TariffRow, assess
from .errors import (
    Fault,
    FirstMileError,
    FreightUnknown,
    HandSumDiffers,
    MeasureMissing,
    NothingToAllocate,
    SheetFaults,
    TariffMissing,
    UnknownHsCode,
    UnknownVat,
)
from .lead_time import LeadTimes, Observation, check_delay
from .packing_list import check_against_order, read_packing_list
from .quotes import Break, Fee, Load, NoQuote, PriceSheet, Quote, compare
