from . import movement
