import base64

from odoo.exceptions import UserError
from odoo.tests import tagged

from .freight_case import FreightCase

HEADER = "zone,countries,postcodes,weight from,weight to,price,per kg,days"


@tagged("post_install", "-at_install")
class TestFreightImport(FreightCase):
    def _create_import(self, *lines, **vals):
        return self.env["marketplace.freight.import"].create(
            {"carrier_id": self.carrier.id, "file": self._encode(*lines), **vals}
        )

    def _read_rates(self):
        return [
            (zone.name, [(r.weight_from, r.weight_to, r.price) for r in zone.rate_ids])
            for zone in self.carrier.freight_zone_ids
        ]

    def test_preview_then_replace(self):
        wizard = self._create_import(
            HEADER,
            "Germany,DE,,0,2,4.20,,2-4",
            "Germany,,,2,30,9.10,,",
            "Germany,,,30,70,20,,",
            "Austria,AT,,0,30,9.50,0.2,3-5",
        )
        before = self._read_rates()
        wizard.action_preview()
        self.assertEqual(self._read_rates(), before)
        self.assertEqual((wizard.state, wizard.zone_count, wizard.rate_count), ("preview", 2, 4))
        self.assertEqual(
            [(line.zone, line.change, line.what, line.old or "", line.new or "") for line in wizard.line_ids],
            [
                ("Germany", "changed", "2–30 kg", "8.4", "9.1"),
                ("Germany", "new", "30–70 kg", "", "20"),
                ("Austria", "new", "Zone", "", ""),
                ("Austria", "new", "0–30 kg", "", "9.5 + 0.2 / 1 kg"),
                ("Islands", "removed", "Zone", "", ""),
            ],
        )
        wizard.action_replace()
        self.assertEqual(
            self._read_rates(),
            [("Germany", [(0, 2, 4.2), (2, 30, 9.1), (30, 70, 20)]), ("Austria", [(0, 30, 9.5)])],
        )
        austria = self.carrier.freight_zone_ids[1]
        self.assertEqual((austria.country_ids.code, austria.days_min, austria.days_max), ("AT", 3, 5))

    def test_the_offered_file_gives_the_same_table(self):
        self._create_zone(
            "West",
            [(0, 5, 10)],
            country_ids=self.env.ref("base.us").ids,
            state_ids=self.env.ref("base.state_us_5").ids,
            warehouse_ids=self.warehouse.ids,
            days_min=5,
        )
        self._create_zone("World", [(0, 5, 30)], country_ids=[], everywhere=True)
        self.zone.rate_ids[1].write({"step_price": 0.55, "step_kg": 0.5, "included_kg": 2, "minimum": 9})
        before = self._read_all()
        wizard = self._create_import()
        wizard.file = wizard.template
        wizard.action_preview()
        self.assertFalse(wizard.line_ids)
        wizard.action_replace()
        self.assertEqual(self._read_all(), before)

    def _read_all(self):
        self.env.invalidate_all()
        return [
            (zone.name, zone._get_places(), [rate._to_plain() for rate in zone.rate_ids])
            for zone in self.carrier.freight_zone_ids
        ]

    def test_the_example_can_be_read(self):
        self.carrier.freight_zone_ids.unlink()
        wizard = self._create_import()
        wizard.file = wizard.template
        wizard.action_preview()
        self.assertEqual(wizard.zone_count, 3)
        self.assertEqual(base64.b64decode(wizard.template)[:3], b"\xef\xbb\xbf")
        self.assertIn(f"/{wizard.id}/template/Post.csv", wizard.action_download()["url"])

    def test_bad_files_list_their_lines_and_change_nothing(self):
        before = self._read_rates()
        cases = [
            (["A,DE,,0,2,4,,", "A,,,3,5,6,,"], ["Line 3: Zone A: no price between the band 0–2 kg of line 2"]),
            (["A,DE,,0,2,4,,", "A,,,1,5,6,,"], ["Line 3: Zone A: the band 1–5 kg overlaps the band 0–2 kg of line 2"]),
            (["A,Atlantis,,0,2,4,,", "B,DE,,0,x,4,,"], ["Line 2: There is no country 'Atlantis'", "Line 3: x is not"]),
            (["A,DE,9-1,0,2,4,,"], ["Line 2: The postcodes 9-1 are upside down"]),
        ]
        for lines, messages in cases:
            wizard = self._create_import(HEADER, *lines)
            for action in (wizard.action_preview, wizard.action_replace):
                with self.subTest(lines), self.assertRaises(UserError) as error:
                    action()
                for message in ["Nothing was changed", *messages]:
                    self.assertIn(message, str(error.exception))
        with self.assertRaisesRegex(UserError, "The column 'price' is missing"):
            self._create_import("zone,countries,weight from,weight to", "A,DE,0,1").action_preview()
        with self.assertRaisesRegex(UserError, "Choose a file"):
            self._create_import(file=False).action_preview()
        self.assertEqual(self._read_rates(), before)

    def test_semicolons_and_decimal_commas_and_names_of_countries(self):
        wizard = self._create_import("zone;countries;weight from;weight to;price", "A;Germany, France;0;0,5;4,20")
        wizard.action_replace()
        self.assertEqual(self._read_rates(), [("A", [(0, 0.5, 4.2)])])
        self.assertEqual(set(self.carrier.freight_zone_ids.country_ids.mapped("code")), {"DE", "FR"})

    def test_queries_do_not_grow_with_the_sheet(self):
        def sheet(zones):
            lines = [f"Z{zone},DE,,{low},{low + 1},5,," for zone in range(zones) for low in range(10)]
            return self._create_import(HEADER, *lines)

        self._replace(sheet(2))
        few = self._replace(sheet(2))
        many = self._replace(sheet(20))
        # Rows are inserted by the hundred.
        self.assertLess(many, few + 20)

    def _replace(self, wizard):
        self.env.flush_all()
        self.env.invalidate_all()
        count = self.env.cr.sql_log_count
        wizard.action_replace()
        self.env.flush_all()
        return self.env.cr.sql_log_count - count
