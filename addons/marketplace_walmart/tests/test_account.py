from odoo.addons.marketplace.tests.connector_account_case import ConnectorAccountCase
from odoo.tests import TransactionCase, tagged

from ..connector import WalmartConnector


@tagged("post_install", "-at_install")
class TestWalmartAccount(ConnectorAccountCase, TransactionCase):
    provider = "walmart"
    connector_class = WalmartConnector
    values = {
        "walmart_client_id": "f8b1c2d3-client",
        "walmart_client_secret": "c0ffee5ec2e7c0ffee5ec2e7c0ffee5ec2e70000",
        "walmart_ship_node": "87",
    }
    required = {"walmart_client_id": "Walmart Client ID", "walmart_client_secret": "Walmart Client Secret"}
    changes = {
        "walmart_client_id": "other",
        "walmart_ship_node": "88",
        "walmart_endpoint": "http://127.0.0.1:1/walmart",
    }
    managers_only = ("walmart_client_id", "walmart_endpoint")
    neutralized = ("walmart_client_id", "walmart_ship_node")
