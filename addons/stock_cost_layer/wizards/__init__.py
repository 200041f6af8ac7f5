from . import bridge
from . import methods
