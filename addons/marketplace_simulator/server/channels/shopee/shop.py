"""The shop and the app's push configuration."""

from .access import check_signature
from .replies import reply

NAMES = {"SG": "Crossborder Singapore", "MY": "Crossborder Malaysia", "ID": "Crossborder Indonesia",
         "VN": "Crossborder Vietnam"}


def get_shop_info(call):
    """Name, region and state of a shop."""
    region = call.region.partition("-")[2]
    return reply(shop_name=NAMES[region], region=region, status="NORMAL", is_cb=True, is_sip=False, merchant_id=None)


def get_push_config(call):
    """Where pushes go, and which."""
    check_signature(call)
    entries = call.site.webhooks.registered()
    return reply({"callback_url": entries[0]["url"] if entries else "", "live_push_status": "Normal",
                  "push_config_on_list": sorted(int(entry["topic"]) for entry in entries)})


def set_push_config(call):
    """An app has one address: another one replaces it."""
    check_signature(call)
    body = call.body()
    on = {int(entry["topic"]) for entry in call.site.webhooks.registered()} | set(body.get("set_push_config_on", []))
    on -= set(body.get("set_push_config_off", []))
    for entry in call.site.webhooks.registered():
        call.site.webhooks.remove(entry["id"])
    for code in sorted(on):
        call.site.webhooks.register(body["callback_url"], str(code))
    return reply({"result": "success"})
