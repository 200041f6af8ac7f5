"""The setup of training shops, and a module ``training_<provider>`` per marketplace, found by its name."""

import importlib
import pkgutil

from . import training_setup

for module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    if module.startswith("training_") and module != "training_setup":
        importlib.import_module(f".{module}", __name__)
