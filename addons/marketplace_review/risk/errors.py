"""Why a risk model cannot be trained or read."""


class RiskError(ValueError):
    """What is wrong with training data or a stored model."""


class NotEnoughOutcomes(RiskError):
    """Too few orders of which the outcome is known.

    :ivar orders: labelled orders that there are, :ivar bad: those of them that went bad
    """

    def __init__(self, orders: int, bad: int, minimum_orders: int, minimum_bad: int):
        self.orders, self.bad = orders, bad
        self.minimum_orders, self.minimum_bad = minimum_orders, minimum_bad
        super().__init__(
            f"{orders} orders with a known outcome, {bad} of them bad; at least {minimum_orders} and {minimum_bad} are "
            "needed"
        )


class OneOutcome(RiskError):
    """All labelled orders, or all of one slice of time, ended alike, so there is nothing to tell apart."""

    def __init__(self, slice_name: str):
        self.slice_name = slice_name
        super().__init__(f"all orders of the {slice_name} slice ended alike")


class NoFeature(RiskError):
    """No column differs between orders."""

    def __init__(self, columns):
        self.columns = tuple(columns)
        super().__init__(f"these columns are the same for every order: {', '.join(self.columns)}")


class UnreadableModel(RiskError):
    """Bytes that are no stored risk model."""


class OtherVersion(UnreadableModel):
    """A model that was stored by another scikit-learn; it has to be trained again."""

    def __init__(self, stored: str, running: str):
        self.stored, self.running = stored, running
        super().__init__(f"made with scikit-learn {stored}, this is {running}")
