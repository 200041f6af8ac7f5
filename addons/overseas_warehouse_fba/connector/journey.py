"""Goods to Amazon from plan to labels, step by step; survives an interruption anywhere.

Before a step Amazon is asked whether it is done: what a process that died has started is found again, nothing is
ordered twice. What must be remembered is plain JSON, the state.
"""

from dataclasses import dataclass

from ...marketplace.contract import ConnectorError, NotReady, Rejected

# Most operations end within moments, some take minutes.
_FIRST_POLL, _POLL = 2.0, 5.0
_ACCEPTED = "ACCEPTED"
_OFFERED = frozenset({"OFFERED", _ACCEPTED})


class ChoiceNeeded(ConnectorError):
    """A person has to choose between options; call :meth:`Journey.choose`.

    :param str what: ``packing``, ``placement``, ``window`` or ``transport``
    :param str shipment_id: of windows and transport
    :param list options: records with ``option_id``
    """

    def __init__(self, what, options, shipment_id=""):
        super().__init__(f"choose one of {len(options)} options: {what} {shipment_id}".rstrip())
        self.what = what
        self.options = options
        self.shipment_id = shipment_id


@dataclass(frozen=True)
class Arrangement:
    """A journey whose paperwork is done.

    :param tuple shipments: of :class:`InboundShipment`, confirmed
    """

    plan_id: str
    shipments: tuple


class Journey:
    """One inbound order on its way.

    :param Inbound inbound: verbs
    :param InboundOrder order: what is sent; unchanged from call to call
    :param dict state: of the call before; empty at the beginning
    """

    STEPS = (
        "create_plan",
        "offer_packing",
        "confirm_packing",
        "pack",
        "offer_placement",
        "offer_transport",
        "confirm_placement",
        "offer_windows",
        "confirm_windows",
        "confirm_transport",
    )

    def __init__(self, inbound, order, state=None):
        self._inbound = inbound
        self._order = order
        self.state = {"plan": "", "step": 0, "operation": None, "choices": {}, **(state or {})}

    def choose(self, what, option_id, shipment_id=""):
        """Remember what a person chose."""
        self.state["choices"][_choice_key(what, shipment_id)] = option_id

    def advance(self, save=lambda state: None):
        """Go on as far as possible; see :meth:`take_step`.

        :return: :class:`Arrangement`
        """
        while (arranged := self.take_step(save)) is None:
            continue
        return arranged

    def take_step(self, save=lambda state: None):
        """Do the next of the steps.

        :param save: called with the state whenever it changed; what it stores survives
        :raise NotReady: Amazon works; its handle is the state, to be stored before Amazon is asked again
        :raise ChoiceNeeded: a person has to choose
        :raise Rejected: an operation failed; its problems are the reason
        :return: :class:`Arrangement` after the last step, ``None`` before
        """
        number = self.state["step"]
        if number < len(self.STEPS):
            self._do(self.STEPS[number], save)
            self.state["step"] = number + 1
            save(self.state)
            return None
        shipments = [self._inbound.fetch_shipment(self._plan, key) for key in self._shipment_ids()]
        return Arrangement(self._plan, tuple(shipments))

    def _do(self, step, save):
        """Make sure that a step is done. An operation that was started ends the run, so that whoever runs it stores
        its number first; Amazon's operations are never done at once."""
        self._poll(step, save)
        for task in getattr(self, f"_{step}")():
            operation_id = task()
            self.state["operation"] = {"step": step, "id": operation_id}
            save(self.state)
            raise NotReady(self.state, _FIRST_POLL)

    def _poll(self, step, save):
        """Wait for the step's operation if one runs."""
        running = self.state["operation"]
        if not running or running["step"] != step:
            return
        operation = self._inbound.fetch_operation(running["id"])
        if not operation.succeeded and not operation.failed:
            raise NotReady(self.state, _POLL)
        self.state["operation"] = None
        save(self.state)
        if operation.failed:
            raise Rejected("; ".join(operation.problems) or f"Amazon could not {step}", "OperationFailed")

    # === STEPS: each yields the calls that are still to be made === #

    def _create_plan(self):
        if not self.state["plan"]:
            self.state["plan"] = self._inbound.find_plan(self._order.reference)
        if not self.state["plan"]:
            yield self._start_plan

    def _start_plan(self):
        self.state["plan"], operation_id = self._inbound.create_plan(self._order)
        return operation_id

    def _offer_packing(self):
        if not self._packings():
            yield lambda: self._inbound.generate_packing_options(self._plan)

    def _confirm_packing(self):
        options = self._packings()
        if not _accepted(options):
            chosen = self._chosen("packing", options)
            yield lambda: self._inbound.confirm_packing_option(self._plan, chosen.option_id)

    def _pack(self):
        packing = _accepted(self._packings())
        if packing is None:  # Amazon shows a confirmation some moments after it
            raise NotReady(self.state, _POLL)
        groups = packing.groups
        if not all(self._inbound.count_group_boxes(self._plan, group) for group in groups):
            items = {group: self._inbound.list_group_items(self._plan, group) for group in groups}
            packed = divide_boxes(self._order.boxes, items)
            yield lambda: self._inbound.set_packing(self._plan, packed)

    def _offer_placement(self):
        if not self._placements():
            yield lambda: self._inbound.generate_placement_options(self._plan)

    def _offer_transport(self):
        placement = self._placement()
        shipments = [key for key in placement.shipment_ids if not self._transports(key)]
        if shipments:
            option = placement.option_id
            yield lambda: self._inbound.generate_transport_options(self._plan, self._order, option, shipments)

    def _confirm_placement(self):
        placement = self._placement()
        if placement.status != _ACCEPTED:
            yield lambda: self._inbound.confirm_placement_option(self._plan, placement.option_id)

    def _offer_windows(self):
        for key in self._shipments_without_window():
            if not self._inbound.list_delivery_windows(self._plan, key):
                yield lambda key=key: self._inbound.generate_delivery_windows(self._plan, key)

    def _confirm_windows(self):
        for key in self._shipments_without_window():
            window = self._chosen("window", self._inbound.list_delivery_windows(self._plan, key), key)
            yield lambda key=key, window=window: self._inbound.confirm_delivery_window(
                self._plan, key, window.option_id
            )

    def _confirm_transport(self):
        shipments = self._shipment_ids()
        confirmed = [self._inbound.fetch_shipment(self._plan, key).transport_id for key in shipments]
        if not all(confirmed):
            choices = {key: self._transport(key).option_id for key in shipments}
            yield lambda: self._inbound.confirm_transport_options(self._plan, self._order, choices)

    # === WHAT AMAZON OFFERS === #

    @property
    def _plan(self):
        return self.state["plan"]

    def _packings(self):
        return _live(self._inbound.list_packing_options(self._plan))

    def _placements(self):
        return _live(self._inbound.list_placement_options(self._plan))

    def _placement(self):
        options = self._placements()
        return _accepted(options) or self._chosen("placement", options)

    def _shipment_ids(self):
        return self._placement().shipment_ids

    def _transports(self, shipment_id):
        return self._inbound.list_transport_options(self._plan, shipment_id)

    def _transport(self, shipment_id):
        return self._chosen("transport", self._transports(shipment_id), shipment_id)

    def _shipments_without_window(self):
        """Shipments whose carrier needs a delivery window that is not confirmed."""
        return [
            key
            for key in self._shipment_ids()
            if self._transport(key).needs_window and not self._inbound.fetch_shipment(self._plan, key).window_id
        ]

    def _chosen(self, what, options, shipment_id=""):
        """The option that a person chose, or the only one if it costs nothing."""
        if not options:  # Amazon's offers have expired, or are not shown yet: look at every step again
            self.state["step"] = 0
            raise NotReady(self.state, _POLL)
        chosen = self.state["choices"].get(_choice_key(what, shipment_id))
        found = [option for option in options if option.option_id == chosen] if chosen else options
        if len(found) != 1 or (not chosen and _is_charged(found[0])):
            raise ChoiceNeeded(what, options, shipment_id)
        return found[0]


def divide_boxes(boxes, group_items):
    """Put boxes into the packing groups whose SKUs they hold.

    :param boxes: of :class:`InboundBox`
    :param dict group_items: ``{packing group: list of InboundItem}``
    :raise Rejected: a box holds what Amazon wants apart, or the boxes do not hold what the plan says
    :return: ``{packing group: list of InboundBox}``
    """
    group_of = {item.msku: group for group, items in group_items.items() for item in items}
    packed = {group: [] for group in group_items}
    for box in boxes:
        groups = {group_of.get(item.msku) for item in box.items}
        if len(groups) != 1 or None in groups:
            skus = ", ".join(item.msku for item in box.items)
            raise Rejected(f"Amazon wants these SKUs in different boxes, or not at all: {skus}", "PackingGroup")
        packed[groups.pop()].append(box)
    _check_units(packed, group_items)
    return packed


def _check_units(packed, group_items):
    for group, items in group_items.items():
        planned, held = {}, {}
        for item in items:
            planned[item.msku] = planned.get(item.msku, 0) + item.units
        for box in packed[group]:
            for item in box.items:
                held[item.msku] = held.get(item.msku, 0) + item.units * box.count
        wrong = [msku for msku in planned if planned[msku] != held.get(msku, 0)]
        if wrong:
            texts = ", ".join(f"{msku}: {held.get(msku, 0)} in boxes, {planned[msku]} in the plan" for msku in wrong)
            raise Rejected(f"pack what the plan says: {texts}", "PackedUnits")


def _is_charged(option):
    return bool(getattr(option, "quote", None)) or any(getattr(option, "costs", {}).values())


def _live(options):
    return [option for option in options if option.status in _OFFERED]


def _accepted(options):
    return next((option for option in options if option.status == _ACCEPTED), None)


def _choice_key(what, shipment_id):
    return f"{what}:{shipment_id}" if shipment_id else what
