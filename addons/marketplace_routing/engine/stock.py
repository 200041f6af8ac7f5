"""Units that can still be promised, per product and warehouse."""

# Units are counted to a millionth: what is left of 0.3 − 0.1 − 0.2 is nothing.
EPSILON = 1e-6


class Stock:
    """Available units, which shrink as orders are decided.

    :param dict units: ``{(product id, warehouse id): units}``; what is missing has none
    """

    def __init__(self, units):
        self._units = dict(units)

    def get(self, product_id, warehouse_id):
        return self._units.get((product_id, warehouse_id), 0.0)

    def has_all(self, needs, warehouse_id):
        """Whether a warehouse has every unit of ``{product id: units}``."""
        units = self._units
        for product_id, wanted in needs.items():
            if units.get((product_id, warehouse_id), 0.0) < wanted - EPSILON:
                return False
        return True

    def has_any(self, needs, warehouse_id):
        """Whether a warehouse has a unit of any of the products."""
        return any(self.get(product_id, warehouse_id) > EPSILON for product_id in needs)

    def get_missing(self, needs, warehouse_id):
        """What a warehouse lacks.

        :return: ``[(product id, wanted units, available units)]``
        """
        units, missing = self._units, []
        for product_id, wanted in needs.items():
            has = units.get((product_id, warehouse_id), 0.0)
            if has < wanted - EPSILON:
                missing.append((product_id, wanted, has))
        return missing

    def take(self, needs, warehouse_id):
        """Take units away; what is not there is owed, and leaves less than nothing."""
        for product_id, wanted in needs.items():
            key = (product_id, warehouse_id)
            self._units[key] = self._units.get(key, 0.0) - wanted

    def add(self, product_id, warehouse_id, units):
        """Give units back."""
        key = (product_id, warehouse_id)
        self._units[key] = self._units.get(key, 0.0) + units
