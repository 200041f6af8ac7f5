"""An operator's interface, and what it gives by file only."""

from ...overseas_warehouse.contract import ProviderCapability

#: What a kind of report stands in for.
REPORTED = {
    "stock": ProviderCapability.STOCK,
    "returns": ProviderCapability.RETURNS,
    "bills": ProviderCapability.BILLS,
}


class Reported:
    """A provider with reports in place of verbs that its operator's interface lacks.

    :param Provider provider: of the interface
    :param FileProvider files: reads the reports
    :param kinds: of :data:`REPORTED` that are there
    """

    def __init__(self, provider, files, kinds):
        self._provider = provider
        self.capabilities = provider.capabilities | {REPORTED[kind] for kind in kinds}
        for kind in kinds:
            verb = f"fetch_{kind}"
            setattr(self, verb, getattr(files, verb))

    def __getattr__(self, name):
        return getattr(self._provider, name)
