from . import finder
