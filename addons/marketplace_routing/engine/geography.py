"""How far it is from the warehouses to the buyers."""


class Geography:
    """Distances, each computed once.

    :param dict places: ``{warehouse id: place or None}``
    :param locate: function of country, state, city and postcode that returns a place or None
    :param measure: function of two places that returns the kilometres between them
    """

    def __init__(self, places, locate, measure):
        self._places = places
        self._locate = locate
        self._measure = measure
        self._destinations = {}
        self._distances = {}

    def get_km(self, warehouse_id, destination):
        """Kilometres as the crow flies; None when either place is unknown."""
        key = (warehouse_id, destination)
        if key not in self._distances:
            self._distances[key] = self._compute_km(warehouse_id, destination)
        return self._distances[key]

    def _compute_km(self, warehouse_id, destination):
        if destination not in self._destinations:
            self._destinations[destination] = self._locate(
                destination.country, destination.state, destination.city, destination.postcode
            )
        source, target = self._places.get(warehouse_id), self._destinations[destination]
        return None if source is None or target is None else self._measure(source, target)
