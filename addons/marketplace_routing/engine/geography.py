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
        self._distances = {}

    def get_distances(self, destination):
        """Kilometres as the crow flies from each warehouse; None when either place is unknown.

        :return: ``{warehouse id: km or None}``
        """
        target = self._locate(destination.country, destination.state, destination.city, destination.postcode)
        if target not in self._distances:
            self._distances[target] = {id_: self._compute_km(source, target) for id_, source in self._places.items()}
        return self._distances[target]

    def _compute_km(self, source, target):
        return None if source is None or target is None else self._measure(source, target)
