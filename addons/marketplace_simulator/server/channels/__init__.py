"""Sales channels beside Amazon. Each is a package here with a :class:`.channel.Channel` named ``CHANNEL``; being here
is all that it takes, no list names them. The modules here are what the channels' sites share."""

import importlib
import pkgutil

from .channel import Channel

AMAZON = "amazon"


def names():
    """Return the names of all channels there are, Amazon first."""
    return (AMAZON, *sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg))


def load(name):
    """Return the :class:`.channel.Channel` of a name.

    :raise ValueError: if there is none
    """
    if name not in names()[1:]:
        raise ValueError(f"unknown channel {name}; there are {', '.join(names())}")
    return importlib.import_module(f".{name}", __name__).CHANNEL


def all_channels():
    """Return ``{name: Channel}`` of all channels beside Amazon."""
    return {name: load(name) for name in names()[1:]}


def choose(text):
    """Return the names of a comma-separated list, or of all channels for ``all``.

    :raise ValueError: if one is unknown
    """
    if text == "all":
        return names()
    chosen = tuple(dict.fromkeys(name for name in text.split(",") if name))
    unknown = set(chosen) - set(names())
    if unknown or not chosen:
        raise ValueError(f"channels must be among {', '.join(names())}")
    return chosen
