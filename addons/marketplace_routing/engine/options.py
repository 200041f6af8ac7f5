"""The ways in which an order could ship."""

from itertools import combinations, permutations

from .decision import Option, Shipment
from .rules import CHEAPEST, FEWEST, FREE, RANKED
from .stock import EPSILON

MAX_PARCELS = 3
# Splitting weighs every combination of warehouses, so only the best few take part.
MAX_SPLIT_WAREHOUSES = 8
UNKNOWN = float("inf")


def list_singles(facts, warehouse_ids, stock, geography):
    """One option per warehouse, whether or not it has everything."""
    distances = geography.get_distances(facts.destination)
    options = []
    for place, warehouse_id in enumerate(warehouse_ids):
        shipment = Shipment(warehouse_id, facts.lines, distances.get(warehouse_id))
        options.append(
            Option([shipment], place * (len(facts.lines) or 1), stock.get_missing(facts.needs, warehouse_id))
        )
    return options


def list_splits(facts, singles, stock, split):
    """Options of two to :data:`MAX_PARCELS` warehouses that have everything together, each line whole in one of them.

    A line goes to the first warehouse of a combination that has it.

    :param list singles: of the warehouses to combine, the preferred one first
    :param str split: ``short``: only as many parcels as it takes; ``free``: any number
    """
    if len(facts.stocked_lines) < 2:
        return []
    useful = [
        single
        for single in singles
        if any(stock.has_all(dict(line.needs), single.warehouse_ids[0]) for line in facts.stocked_lines)
    ]
    # Whoever has to split takes what there is; who may split also weighs which of two warehouses ships a line.
    arrange = permutations if split == FREE else combinations
    found = []
    for size in range(2, MAX_PARCELS + 1):
        for combination in arrange(useful[:MAX_SPLIT_WAREHOUSES], size):
            if shares := _share(facts, combination, stock):
                found.append(_join(combination, shares))
        if found and split != FREE:
            break
    return found


def _share(facts, combination, stock):
    """Lines per warehouse, or None when they lack something or fewer of them would do.

    Lines that take nothing out of stock follow the first ones.
    """
    shares = {single.warehouse_ids[0]: [] for single in combination}
    taken = {}
    for line in facts.stocked_lines:
        for warehouse_id, lines in shares.items():
            if all(
                stock.get(product_id, warehouse_id) - taken.get((product_id, warehouse_id), 0.0) >= units - EPSILON
                for product_id, units in line.needs
            ):
                lines.append(line)
                for product_id, units in line.needs:
                    taken[product_id, warehouse_id] = taken.get((product_id, warehouse_id), 0.0) + units
                break
        else:
            return None
    if not all(shares.values()):
        return None
    next(iter(shares.values())).extend(line for line in facts.lines if not line.needs)
    return shares


def _join(combination, shares):
    shipments, rank = [], 0
    for single in combination:
        [whole] = single.shipments
        lines = shares[whole.warehouse_id]
        shipments.append(Shipment(whole.warehouse_id, lines, whole.distance_km))
        rank += single.rank / len(whole.lines) * len(lines)
    return Option(shipments, rank)


def sort_key(strategy, split, joined_id=None):
    """Function that says how good an option is: the smallest is the best.

    :param joined_id: warehouse from which another order of the buyer leaves
    """

    def key(option):
        parcels = len(option.shipments)
        distance = UNKNOWN if option.distance_km is None else option.distance_km
        apart = joined_id is not None and option.warehouse_ids != [joined_id]
        if strategy == FEWEST:
            return apart, parcels, distance, option.rank
        if strategy == RANKED:
            measure = option.rank
        elif strategy == CHEAPEST:
            measure = UNKNOWN if option.freight is None else option.freight
        else:
            measure = distance
        if split == FREE:
            return apart, measure, parcels, distance, option.rank
        return apart, parcels, measure, distance, option.rank

    return key
