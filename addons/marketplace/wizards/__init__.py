from . import cancel, fetch_again, health, label_print, publish_why
