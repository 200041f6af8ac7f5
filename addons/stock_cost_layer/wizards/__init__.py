from . import bridge, methods
