from . import account, cancellation, file, place, privacy, reports
