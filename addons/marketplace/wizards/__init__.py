from . import fetch_again
