from decimal import Decimal as D

import pytest

from addons.first_mile.engine import Box, FreightUnknown, MeasureMissing, WeightRule, get_default_rule, weigh


def box(weight, size=(50, 40, 30), number="1"):
    return Box(number, *map(D, size), D(weight))


def test_light_goods_by_air_count_their_space():
    weighing = weigh([box("8"), box("8")], get_default_rule("air"))
    # 60,000 cm³ / 6000 = 10 kg each
    assert (weighing.chargeable, weighing.actual, weighing.volumetric) == (D(20), D(16), D(20))
    assert weighing.reason == "volumetric"


def test_heavy_goods_count_their_weight_rounded_up():
    weighing = weigh([box("12.1"), box("12.1")], get_default_rule("air"))
    assert weighing.chargeable == D("24.5")  # 24.2 up to the half kg
    assert weighing.reason == "actual"


def test_a_shipment_by_air_is_compared_as_a_whole_but_by_express_carton_by_carton():
    boxes = [box("20"), box("4")]
    assert weigh(boxes, WeightRule(D(6000))).chargeable == D(24)
    per_carton = weigh(boxes, WeightRule(D(6000), per_carton=True))
    assert per_carton.chargeable == D(30)
    assert per_carton.by_carton == (D(20), D(10))
    assert per_carton.reason == "mixed"


def test_each_carton_has_its_minimum_and_is_rounded_by_itself():
    rule = WeightRule(D(6000), per_carton=True, carton_minimum=D(12), step=D(1))
    assert weigh([box("4"), box("12.2")], rule).by_carton == (D(12), D(13))


def test_shipment_has_its_minimum():
    weighing = weigh([box("8")], WeightRule(D(6000), minimum=D(45)))
    assert (weighing.chargeable, weighing.reason) == (D(45), "minimum")
    assert weighing.by_carton == (D(10),)


def test_without_divisor_only_weight_counts():
    assert weigh([box("1")], WeightRule(D(0))).chargeable == D(1)


def test_cartons_without_weight_are_all_named():
    with pytest.raises(MeasureMissing) as caught:
        weigh([box("0", number="7"), box("1"), box("0", number="9")], get_default_rule("air"))
    assert (caught.value.measure, caught.value.cartons) == ("weight", ("7", "9"))


def test_cartons_without_size_are_named():
    with pytest.raises(MeasureMissing, match="size"):
        weigh([box("3", size=(50, 0, 30))], get_default_rule("sea_lcl"))


def test_unknown_mode():
    with pytest.raises(FreightUnknown, match="camel"):
        get_default_rule("camel")
