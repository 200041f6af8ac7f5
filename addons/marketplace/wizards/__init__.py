from . import fetch_again, health
