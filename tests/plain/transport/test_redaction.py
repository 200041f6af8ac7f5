"""Secrets and personal data never reach a log."""

import logging

import pytest

from addons.marketplace.transport import get_logger, redact, remember_secret

SECRETS = [
    ("refresh_token=Atzr|IwEBIabc.def-1&x=1", "IwEBIabc"),
    ("token Atza|IwEBIabc+/=", "IwEBIabc"),
    ("token Atz.sprdt|IQEBLjAs-U.x", "IQEBLjAs"),
    ('{"client_secret": "amzn1.oa2-cs.v1.0123abcd"}', "0123abcd"),
    ("Authorization: Bearer abc.def", "abc.def"),
    ("x-amz-access-token: secretvalue", "secretvalue"),
    ("https://s3.example/f?X-Amz-Signature=00ff00&X-Amz-Credential=AKIA%2F2026", "00ff00"),
    ("https://s3.example/f?X-Amz-Signature=00ff00&X-Amz-Credential=AKIA%2F2026", "AKIA"),
    ("{'buyerName': 'Erika Mustermann', 'city': 'Köln'}", "Mustermann"),
    ('{"phone": "+49 221 \\" 47"}', "221"),
    ("asked by 3k4j.x@marketplace.amazon.de today", "3k4j"),
    ("password=hunter22", "hunter22"),
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_redact(text, secret):
    assert secret in text
    assert secret not in redact(text)


@pytest.mark.parametrize("text", ["design=3", "orders.searchOrders: HTTP 400 InvalidInput", "the sign of things"])
def test_other_text_stays(text):
    assert redact(text) == text


def test_exact_secrets_are_hidden_everywhere():
    remember_secret("PlainLookingSecret")
    assert "PlainLooking" not in redact("oops PlainLookingSecret.")


def test_logger_redacts_arguments_and_tracebacks(caplog):
    caplog.set_level(logging.INFO)
    logger = get_logger("addons.marketplace.tests")
    logger.info("sent %s", {"refresh_token": "Atzr|abcdef"})
    try:
        raise ValueError("client_secret=amzn1.oa2-cs.v1.feedbeef")
    except ValueError:
        logger.exception("failed")
    assert "sent" in caplog.text
    assert "Traceback" in caplog.text
    assert "abcdef" not in caplog.text
    assert "feedbeef" not in caplog.text


def test_library_loggers_are_covered(caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3.connectionpool").debug('"GET /f?X-Amz-Signature=00ff00 HTTP/1.1" 200')
    assert "200" in caplog.text
    assert "00ff00" not in caplog.text
