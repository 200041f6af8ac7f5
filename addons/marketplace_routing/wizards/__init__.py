from . import freight_actual, freight_import, freight_trial
