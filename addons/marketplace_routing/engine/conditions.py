"""When a rule applies."""

from dataclasses import dataclass

from ..freight.postcodes import parse_postcodes

ALL, ANY, NONE = "all", "any", "none"
UNLIMITED = float("inf")


@dataclass(frozen=True)
class Conditions:
    """What must be true of an order; what is empty or None asks nothing, limits are included.

    :param str postcodes: a list as ``freight.postcodes`` reads it
    :param str product_match: whether ``any`` line, ``all`` lines or ``none`` must be of the products or categories
    :param is_business: True, False, or None for both
    :param due_hours: the order must be shipped (delivered, if ``due_delivery``) within these hours
    :param str service_level: part of the promised service's name
    :param frozenset stock_warehouse_ids: warehouses asked for the order's goods
    :param str stock_match: whether one of them has ``all`` units, ``any`` unit, or ``none`` of them has a unit
    """

    shop_ids: frozenset = frozenset()
    provider: str = ""
    country_ids: frozenset = frozenset()
    state_ids: frozenset = frozenset()
    postcodes: str = ""
    weight_min: float = 0.0
    weight_max: float = 0.0
    value_min: float = 0.0
    value_max: float = 0.0
    product_ids: frozenset = frozenset()
    category_ids: frozenset = frozenset()
    product_match: str = ANY
    tag_ids: frozenset = frozenset()
    is_business: bool | None = None
    due_hours: float = 0.0
    due_delivery: bool = False
    service_level: str = ""
    stock_warehouse_ids: frozenset = frozenset()
    stock_match: str = ALL

    def concerns(self, facts):
        """Whether shop, marketplace and country are those asked for; a rule for others is not even mentioned."""
        return (
            (not self.shop_ids or facts.shop_id in self.shop_ids)
            and (not self.provider or facts.provider == self.provider)
            and (not self.country_ids or facts.country_id in self.country_ids)
        )

    def compile_shared(self):
        """The other conditions whose answer many orders share: those of equal :meth:`get_shared`.

        :return: ``((name, function(facts, stock) -> bool), …)``
        """
        return self._compile(self._check_state, self._check_business, self._check_service)

    @staticmethod
    def get_shared(facts):
        """What :meth:`concerns` and the shared conditions ask of an order."""
        return (
            facts.shop_id,
            facts.provider,
            facts.country_id,
            facts.state_id,
            facts.is_business,
            facts.service_level,
        )

    @property
    def weight_range(self):
        """Least and most weight in kg."""
        return self.weight_min, self.weight_max or UNLIMITED

    @property
    def value_range(self):
        """Least and most value in the company's currency."""
        return self.value_min, self.value_max or UNLIMITED

    @property
    def postcode_entries(self):
        """The list of postcodes, read; empty: all postcodes.

        :raises FreightError: the list cannot be read
        """
        return parse_postcodes(self.postcodes)

    def compile(self):
        """The conditions that each order answers by itself, the cheap ones first.

        :return: ``((name, function(facts, stock) -> bool), …)``
        """
        return self._compile(
            self._check_tags,
            self._check_weight,
            self._check_value,
            self._check_due,
            self._check_postcode,
            self._check_products,
            self._check_stock,
        )

    @staticmethod
    def _compile(*makers):
        return tuple(check for make in makers if (check := make()))

    def _check_state(self):
        if wanted := self.state_ids:
            return "state", lambda facts, stock: facts.state_id in wanted
        return None

    def _check_business(self):
        wanted = self.is_business
        if wanted is not None:
            return "business", lambda facts, stock: facts.is_business is wanted
        return None

    def _check_tags(self):
        if wanted := self.tag_ids:
            return "tags", lambda facts, stock: not wanted.isdisjoint(facts.tag_ids)
        return None

    def _check_weight(self):
        low, high = self.weight_range
        if low or self.weight_max:
            return "weight", lambda facts, stock: low <= facts.weight_kg <= high
        return None

    def _check_value(self):
        low, high = self.value_range
        if low or self.value_max:
            return "value", lambda facts, stock: low <= facts.value <= high
        return None

    def _check_due(self):
        hours = self.due_hours
        if hours and self.due_delivery:
            return "due", lambda facts, stock: facts.hours_to_deliver is not None and facts.hours_to_deliver <= hours
        if hours:
            return "due", lambda facts, stock: facts.hours_to_ship is not None and facts.hours_to_ship <= hours
        return None

    def _check_service(self):
        if wanted := self.service_level.strip().casefold():
            return "service", lambda facts, stock: wanted in facts.service_level.casefold()
        return None

    def _check_postcode(self):
        if entries := self.postcode_entries:
            return "postcode", lambda facts, stock: any(entry.matches(facts.postcode) for entry in entries)
        return None

    def _check_products(self):
        if not self.product_ids and not self.category_ids:
            return None
        quantifier = {ALL: all, ANY: any, NONE: lambda matches: not any(matches)}[self.product_match]
        return "products", lambda facts, stock: quantifier(self._is_wanted(line) for line in facts.lines)

    def _is_wanted(self, line):
        return line.product_id in self.product_ids or not self.category_ids.isdisjoint(line.category_ids)

    def _check_stock(self):
        warehouses = self.stock_warehouse_ids
        if not warehouses:
            return None
        if self.stock_match == ALL:
            return "stock", lambda facts, stock: any(stock.has_all(facts.needs, id_) for id_ in warehouses)
        wanted = self.stock_match == ANY
        return "stock", lambda facts, stock: any(stock.has_any(facts.needs, id_) for id_ in warehouses) is wanted
