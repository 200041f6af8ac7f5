"""Stock on which past orders are decided again."""

from ..engine import Stock


class UnlimitedStock(Stock):
    """Every warehouse has everything."""

    def __init__(self):
        super().__init__({})

    def get(self, product_id, warehouse_id):
        return float("inf")

    def has_all(self, needs, warehouse_id):
        return True

    def has_any(self, needs, warehouse_id):
        return bool(needs)

    def get_missing(self, needs, warehouse_id):
        return []

    def take(self, needs, warehouse_id):
        """Nothing gets less."""


class RecordedStock(Stock):
    """For each order the stock that its decision recorded; where none was recorded, what is there today.

    :param dict today: ``{(product id, warehouse id): units}``
    """

    def __init__(self, today):
        super().__init__({})
        self._today = today

    def recall(self, product_ids, warehouse_ids, recorded):
        """Be the stock of an order.

        :param list recorded: ``[(product id, warehouse id, units)]``
        """
        cells = [(product_id, warehouse_id) for product_id in product_ids for warehouse_id in warehouse_ids]
        self._units = {cell: self._today[cell] for cell in cells if cell in self._today}
        self._units.update({(product_id, warehouse_id): units for product_id, warehouse_id, units in recorded})
