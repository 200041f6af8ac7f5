"""Who sees what: operators their own shops, nobody the credentials; and every screen opens."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .ads_case import DAY, AdsCase

SCREENS = ("costs", "campaigns", "purchases", "reports", "accounts", "profiles", "layouts", "invoices", "upload")


@tagged("post_install", "-at_install")
class TestAccess(AdsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = {"company_id": cls.shop.company_id.id, "company_ids": cls.shop.company_id.ids}
        groups = {"operator": "operator", "accountant": "accountant", "manager": "manager"}
        cls.users = {
            name: new_test_user(cls.env, f"ads_{name}", f"marketplace.group_{group}", **company)
            for name, group in groups.items()
        }

    def test_operators_see_the_advertising_of_their_shops(self):
        self._import(self._row())
        self._import(self._row("", campaign="Brand", ad_type="sb"), ad_type="sb")
        operator = self.users["operator"]
        self.assertFalse(self.Cost.with_user(operator).search([("day", "=", DAY)]))
        self.shop.user_ids = operator
        found = self.Cost.with_user(operator).search([("day", "=", DAY)])
        self.assertEqual(found.mapped("cost"), [1.0, 1.0])
        self.assertEqual(set(found.campaign_id.mapped("name")), {"Lamp", "Brand"})
        for model in ("ads.report", "ads.account", "ads.invoice"):
            with self.assertRaises(AccessError, msg=model):
                self.env[model].with_user(operator).search([])

    def test_nobody_changes_what_was_reported(self):
        self._import(self._row())
        with self.assertRaises(AccessError):
            self._costs().with_user(self.users["manager"]).write({"clicks": 1})

    def test_credentials_are_shown_to_nobody(self):
        account = self.ads_account.with_user(self.users["manager"])
        account.write({"amazonads_client_secret": "hush", "amazonads_refresh_token": "hush too"})
        account.invalidate_recordset()
        self.assertEqual(account.read(["amazonads_client_secret"])[0]["amazonads_client_secret"], "•" * 8)
        self.assertNotIn("hush", str(self.ads_account.sudo().secrets))
        self.assertEqual(self.ads_account._get_secrets()["refresh_token"], "hush too")
        with self.assertRaises(AccessError):
            self.ads_account.with_user(self.users["accountant"]).read(["amazonads_client_secret"])

    def test_managers_share_campaigns(self):
        self._import(self._row("", campaign="Brand", ad_type="sb"), ad_type="sb")
        campaign = self._costs().campaign_id.with_user(self.users["manager"])
        campaign.write({"share_ids": [(0, 0, {"product_id": self.pen.id, "percent": 100})], "share_by": "fixed"})
        self.assertEqual(self._costs().product_id, self.pen)

    def test_every_screen_opens(self):
        self._import(self._row())
        for name in SCREENS:
            action = self.env["ir.actions.act_window"]._for_xml_id(f"marketplace_ads.action_{name}")
            model = self.env[action["res_model"]].with_user(self.users["manager"])
            views = [(False, kind) for kind in (*action["view_mode"].split(","), "search")]
            with self.subTest(name):
                model.get_views(views)
                model.search([], limit=5).read()

    def test_the_pivot_shows_ratios(self):
        self._import(self._row(clicks=2, impressions=100, sales=4))
        groups = self.Cost.with_user(self.users["manager"]).formatted_read_group(
            [("profile_id", "=", self.profile.id)], ["product_id", "day:month"], ["amount:sum", "acos:avg", "ctr:avg"]
        )
        self.assertEqual([(group["acos:avg"], group["ctr:avg"]) for group in groups], [(25.0, 2.0)])
