"""Sales channels beside Amazon, and by name also the operators of warehouses (:mod:`..depot`).

Each is a package here with a :class:`.channel.Channel` named ``CHANNEL``; being here is all that it takes, no list
names them. The modules here are what the channels' sites share.
"""

import importlib
import pkgutil

from .. import depot
from .channel import Channel

AMAZON = "amazon"


def names():
    """Return the names of all sales channels there are, Amazon first."""
    return (AMAZON, *sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg))


def load(name):
    """Return the :class:`.channel.Channel` of a name, be it a sales channel or an operator of warehouses.

    :raise ValueError: if there is none
    """
    if name in depot.names():
        return depot.load(name)
    if name not in names()[1:]:
        raise ValueError(f"unknown channel {name}; there are {', '.join(names())}")
    return importlib.import_module(f".{name}", __name__).CHANNEL


def all_channels():
    """Return ``{name: Channel}`` of all sales channels beside Amazon."""
    return {name: load(name) for name in names()[1:]}


def choose(text):
    """Return the names of a comma-separated list; ``all`` in it stands for all sales channels.

    :raise ValueError: if one is unknown
    """
    known = (*names(), *depot.names())
    wanted = [name for part in text.split(",") if part for name in (names() if part == "all" else (part,))]
    chosen = tuple(dict.fromkeys(wanted))
    unknown = set(chosen) - set(known)
    if unknown or not chosen:
        raise ValueError(f"channels must be among {', '.join(known)}")
    return chosen
