"""Fulfilment by Amazon of one seller account."""

from ...marketplace_amazon.connector.api import SellingPartnerApi
from ...marketplace_amazon.connector.shops import fetch_shops
from . import advice, compensation, ledger, planning, refunds, removals, returns
from .inbound import Inbound
from .inventory import fetch_inventory
from .limits import LIMITS
from .outbound import Outbound
from .reports import fetch_report

_READERS = {
    ledger.DETAIL: (ledger.read_detail, None),
    ledger.SUMMARY: (ledger.read_summary, ledger.SUMMARY_OPTIONS),
    compensation.REPORT: (compensation.read_reimbursements, None),
    removals.ORDERS: (removals.read_removal_orders, None),
    removals.SHIPMENTS: (removals.read_removal_shipments, None),
    returns.REPORT: (returns.read_buyer_returns, None),
    planning.REPORT: (planning.read_aged_stock, None),
    advice.REPORT: (advice.read_removal_advice, None),
}


class AmazonFba:
    """What the addon asks of Amazon.

    :param Credentials credentials: the seller's authorisation
    :param options: of :class:`SellingPartnerApi`
    """

    def __init__(self, credentials, **options):
        self._api = SellingPartnerApi(credentials, limits=LIMITS, exact=True, **options)
        self.inbound = Inbound(self._api)

    def now(self):
        """Aware UTC time of the account's clock."""
        return self._api.now()

    def fetch_shops(self):
        """Marketplaces of the seller as list of :class:`~...marketplace.contract.ShopInfo`."""
        return fetch_shops(self._api)

    def outbound(self, marketplace_id=""):
        """:class:`~.outbound.Outbound` from a marketplace's stock; orders that exist need no marketplace."""
        return Outbound(self._api, marketplace_id)

    def fetch_inventory(self, marketplace_id, changed_since=None):
        """See :func:`~.inventory.fetch_inventory`."""
        return fetch_inventory(self._api, marketplace_id, changed_since)

    def fetch_sheet(self, report_type, marketplace_id, since, until, handle=None):
        """A report's rows as :class:`~.flat_file.Sheet`; refunds, for which there is no report, look the same.

        :param str report_type: one of the modules' constants, e.g. ``ledger.DETAIL``
        :raise NotReady: ask again with its handle
        """
        if report_type == refunds.SOURCE:
            return refunds.fetch_refunds(self._api, marketplace_id, since, until)
        read, options = _READERS[report_type]
        return read(fetch_report(self._api, report_type, marketplace_id, since, until, options, handle))


def read_report(report_type, text):
    """A report that a person has downloaded, as :class:`~.flat_file.Sheet`.

    :raise InvalidPayload: it is no report of that type
    """
    read, _options = _READERS[report_type]
    return read(text)
