from . import account, cancellation, file, place
