import json


class WebhookCase:
    """Calls of the marketplace in memory, and what was filed of them."""

    def _body(self, delivery_id="D1", *notices, topic="orders/updated"):
        notices = notices or ({"kind": "order", "shop_id": "DE1", "external_id": "O1"},)
        return json.dumps({"id": delivery_id, "topic": topic, "notices": notices}).encode()

    def _webhooks(self):
        return self.env["marketplace.webhook"].search([("account_id", "=", self.account.id)], order="id")
