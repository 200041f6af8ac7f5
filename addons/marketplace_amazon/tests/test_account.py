from odoo.addons.marketplace.tests.connector_account_case import ConnectorAccountCase
from odoo.tests import TransactionCase, tagged

from ..connector import AmazonConnector


@tagged("post_install", "-at_install")
class TestAmazonAccount(ConnectorAccountCase, TransactionCase):
    provider = "amazon"
    connector_class = AmazonConnector
    values = {
        "amazon_region": "eu",
        "amazon_client_id": "amzn1.application-oa2-client.1",
        "amazon_client_secret": "amzn1.oa2-cs.v1.0123456789abcdef",
        "amazon_refresh_token": "Atzr|abcdefghijklmnopqrstuvwxyz",
        "amazon_seller_id": "A1SELLER",
        "amazon_queue_url": "https://sqs.example/q",
        "amazon_aws_access_key": "AKIA1",
        "amazon_aws_secret_key": "aws-0123456789abcdef",
    }
    required = {
        "amazon_region": "Region",
        "amazon_client_id": "LWA Client ID",
        "amazon_client_secret": "LWA Client Secret",
        "amazon_refresh_token": "Refresh Token",
    }
    changes = {
        "amazon_region": "na",
        "amazon_client_id": "other",
        "amazon_seller_id": "A2SELLER",
        "amazon_queue_url": "https://sqs.example/other",
        "amazon_aws_access_key": "AKIA2",
        "amazon_endpoint": "http://127.0.0.1:1/amazon",
        "amazon_use_v0": True,
    }
    managers_only = (
        "amazon_client_id",
        "amazon_queue_url",
        "amazon_aws_access_key",
        "amazon_endpoint",
        "amazon_use_v0",
    )
    neutralized = ("amazon_client_id", "amazon_seller_id", "amazon_queue_url", "amazon_aws_access_key")
