"""Signatures, consent, tokens of several shops, errors, the platform's clock."""

import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from addons.marketplace.contract import AuthenticationFailed, RateLimited, Rejected, Unavailable
from addons.marketplace.transport import MemoryTokenStore, Tokens
from addons.marketplace_shopee.connector.auth import (
    HOSTS,
    Credentials,
    OwnerTokenStore,
    account_tokens,
    owners_of,
    sign,
)
from tests.plain.shopee.samples import NOW, SHOP
from tests.plain.shopee.shopee import CREDENTIALS, HOST, KEY, Shopee

# The developer guide "API calls" publishes these base strings, the keys to them it does not: the signature of a base
# string is computed here independently.
PUBLISHED = {
    "2001887/api/v2/shop/get_shop_info165571443159777174636562737266615546704c6d14701711": (
        "/api/v2/shop/get_shop_info", "59777174636562737266615546704c6d", "14701711",
    ),
    "2001887/api/v2/global_product/get_category165571443109777174636962737266615546704c6d1000000": (
        "/api/v2/global_product/get_category", "09777174636962737266615546704c6d", "1000000",
    ),
    "2001887/api/v2/public/get_shops_by_partner1655714431": ("/api/v2/public/get_shops_by_partner", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("base", list(PUBLISHED))
def test_signature_is_over_the_published_base_string(base):
    path, token, owner = PUBLISHED[base]
    expected = hmac.new(KEY.encode(), base.encode(), hashlib.sha256).hexdigest()
    assert sign(CREDENTIALS, path, 1655714431, token, owner) == expected


def test_signature_vector():
    credentials = Credentials("1", "key")
    assert (
        sign(credentials, "/api/v2/x", 1610000000, "token", "600000")
        == hmac.new(b"key", b"1/api/v2/x1610000000token600000", "sha256").hexdigest()
    )


def test_a_prefix_before_the_path_is_not_signed():
    shopee = Shopee()
    connector = shopee.connect(endpoint=HOST)
    assert connector.fetch_shops()[0].name == "Tom's Things"


def test_hosts_are_the_documented_ones():
    assert HOSTS["global"] == HOST
    assert all(url.startswith("https://") for url in HOSTS.values())


def test_credentials_hide_the_key():
    assert KEY not in repr(CREDENTIALS) + CREDENTIALS.key


def test_consent_of_a_main_account_connects_its_shops_and_merchants():
    shopee = Shopee()
    connector = shopee.connect(tokens=None)
    connector.authorize({"code": "code-1", "main_account_id": "5"}, "", "")
    store = connector._api.authorisation.store
    assert set(owners_of(store.load())) == {f"shop_id:{SHOP}", "shop_id:4712", "merchant_id:9"}
    assert store.load().details == {"shops": [SHOP, "4712"]}
    assert shopee.calls[-1][2]["main_account_id"] == 5


def test_consent_for_another_shop_keeps_the_first():
    shopee = Shopee()
    connector = shopee.connect()
    connector.authorize({"code": "code-1", "shop_id": "4712"}, "", "")
    assert connector._api.authorisation.shops() == [SHOP, "4712"]


def test_a_main_account_leaves_out_what_it_does_not_grant_any_more():
    connector = Shopee().connect()
    connector.authorize({"code": "code-1", "shop_id": "999"}, "", "")
    connector.authorize({"code": "code-1", "main_account_id": "5"}, "", "")
    assert connector._api.authorisation.shops() == [SHOP, "4712"]


@pytest.mark.parametrize("params", [{"code": "code-2", "shop_id": SHOP}, {"code": "code-1"}, {"shop_id": SHOP}])
def test_a_wrong_code_is_refused(params):
    connector = Shopee().connect(tokens=None)
    with pytest.raises(AuthenticationFailed):
        connector.authorize(params, "", "")
    assert connector._api.authorisation.store.load() is None


def test_tokens_are_renewed_before_they_end():
    shopee = Shopee()
    connector = shopee.connect()
    shopee.time.now += 14_300
    connector.fetch_shops()
    assert shopee.presented == ["refresh-token-0"]
    connector.fetch_shops()
    assert len(shopee.presented) == 1


def test_many_threads_renew_once():
    shopee = Shopee()
    connector = shopee.connect()
    shopee.time.now += 20_000
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: connector.fetch_shops(), range(8)))
    assert shopee.presented == ["refresh-token-0"]


def test_a_lost_answer_of_the_token_service_is_not_asked_for_again_by_itself():
    shopee = Shopee()
    connector = shopee.connect()
    shopee.time.now += 20_000
    shopee.fail = lambda path, query: requests.ReadTimeout() if path.startswith("auth/") else None
    with pytest.raises(Unavailable):
        connector.fetch_shops()
    assert len([call for call in shopee.calls if "auth/" in call[0]]) == 1


def test_a_refresh_token_that_ended_is_not_presented():
    shopee = Shopee()
    connector = shopee.connect()
    shopee.time.now += 31 * 86_400
    with pytest.raises(AuthenticationFailed, match="30 days"):
        connector.fetch_shops()
    assert not shopee.calls


def test_a_shop_that_is_not_connected():
    with pytest.raises(AuthenticationFailed, match="not connected"):
        Shopee().connect().fetch_listings("815")


def test_two_shops_renewed_at_once_lose_no_token():
    shops = {owner: Tokens(f"a-{owner}", 1.0, f"r-{owner}", 9e9) for owner in ("shop_id:1", "shop_id:2")}
    store = MemoryTokenStore(account_tokens(shops))
    first, second = OwnerTokenStore(store, "shop_id:1"), OwnerTokenStore(store, "shop_id:2")
    old = first.load()
    seen = store.load

    def load():  # the other shop is renewed between reading and replacing
        account = seen()
        if owners_of(account)["shop_id:2"] == shops["shop_id:2"]:
            store.load = seen
            second.replace(second.load(), lambda tokens: Tokens("new-2", 2.0, "r2", 9e9))
        return account

    store.load = load
    assert first.replace(old, lambda tokens: Tokens("new-1", 2.0, "r1", 9e9)).access == "new-1"
    assert [tokens.access for tokens in owners_of(store.load()).values()] == ["new-1", "new-2"]
    assert first.replace(old, lambda tokens: pytest.fail("renewed already")).access == "new-1"


def test_account_tokens_do_not_show():
    tokens = account_tokens({"shop_id:1": Tokens("access-1", 1.0, "refresh-1", 2.0)})
    assert "access-1" not in repr(tokens)
    assert "refresh-1" not in repr(tokens)
    assert tokens.refresh_ends_at == 2.0


def test_our_clock_may_be_wrong():
    shopee = Shopee(skew=4_000)
    connector = shopee.connect()
    assert connector.fetch_shops()
    assert len(shopee.calls) == 2
    assert connector.fetch_shops()
    assert len(shopee.calls) == 3


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        ("error_auth", "Invalid partner_id or shopid.", AuthenticationFailed),
        ("common.error_auth", "partner_id is invalid", AuthenticationFailed),
        ("error_sign", "Wrong sign.", AuthenticationFailed),
        ("shop_access_expired", "Your access to shop has expired.", AuthenticationFailed),
        ("error_auth", "No permission to current api.", Rejected),
        ("error_api_permission", "This app type has no permission to this API.", Rejected),
        ("error_auth", "System error, please try again later.", Unavailable),
        ("error_network", "Inner http call failed", Unavailable),
        ("product.error_param", "invalid field ItemId", Rejected),
        ("error_rate_limit", "Too many requests.", RateLimited),
    ],
)
def test_errors_are_typed(code, message, error):
    shopee = Shopee()
    shopee.fail = lambda path, query: shopee.error(code, message)
    with pytest.raises(error):
        shopee.connect().fetch_shops()


def test_the_daily_limit_ends_at_midnight_in_singapore():
    shopee = Shopee()
    shopee.fail = lambda path, query: shopee.error("error_limit", "daily API call limit")
    with pytest.raises(RateLimited) as caught:
        shopee.connect().fetch_shops()
    assert (NOW + 8 * 3600 + caught.value.retry_after) % 86_400 == 0
