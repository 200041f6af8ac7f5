from . import training_setup
