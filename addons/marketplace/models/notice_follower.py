"""What is done about the notices of one account."""

from ..contract import AuthenticationFailed, NoticeKind, Rejected

# Listings are fetched whole, and change in swarms: one fetch for all changes of this time.
LISTING_SECONDS = 600


class NoticeFollower:
    """Follows notices; what several of them name is asked for once.

    :param account: ``marketplace.account``
    """

    def __init__(self, account):
        self._account = account
        self._env = account.env
        self._rows = account.env["marketplace.inbox"]
        self._asked = set()
        self._follow_by_kind = {
            NoticeKind.ORDER: self._follow_order,
            NoticeKind.RETURN: self._follow_return,
            NoticeKind.LISTING: self._follow_listing,
            NoticeKind.DEAUTHORISED: self._follow_deauthorised,
            NoticeKind.AUTHORISATION_ENDS: self._follow_authorisation_ends,
            NoticeKind.CUSTOMER_EXPORT: self._follow_privacy,
            NoticeKind.CUSTOMER_ERASURE: self._follow_privacy,
            NoticeKind.SHOP_ERASURE: self._follow_privacy,
        }

    def follow(self, notice, received_at):
        """Do what a notice asks for.

        :param notice: :class:`~..contract.Notice`; of the kind ``OTHER`` there is nothing to do
        :param datetime received_at: when it came, naive UTC
        :raise ConnectorError: the marketplace could not be asked about it
        """
        if follow := self._follow_by_kind.get(notice.kind):
            follow(notice, received_at)

    def finish(self):
        """Queue the import of what the notices led to."""
        if self._asked:
            self._account._note_success()
        self._rows._enqueue_import()

    # === WHAT THE MARKETPLACE IS ASKED FOR === #

    def _get_shops(self, notice):
        """Running shops that a notice is about."""
        return self._account.shop_ids.filtered(
            lambda shop: shop.state == "running" and shop.import_orders and notice.shop_id in ("", shop.external_id)
        )

    def _follow_order(self, notice, received_at):
        shops = self._get_shops(notice)
        key = (notice.kind, notice.external_id)
        if shops and key not in self._asked:
            record = self._account._get_connector().fetch_order(notice.external_id)
            self._asked.add(key)
            self._rows |= self._rows._receive(shops, [record])

    def _follow_return(self, notice, received_at):
        shops = self._get_shops(notice)
        key = (notice.kind, notice.external_id)
        if shops and key not in self._asked:
            record = self._fetch_return(shops, notice.external_id)
            self._asked.add(key)
            self._rows |= self._rows._receive(shops, [record])

    def _fetch_return(self, shops, external_id):
        """A return of whichever of the shops knows it."""
        connector = self._account._get_connector()
        for shop in shops[:-1]:
            try:
                return connector.fetch_return(shop.external_id, external_id)
            except Rejected:
                continue  # of another shop: the last one's refusal is the answer
        return connector.fetch_return(shops[-1].external_id, external_id)

    def _follow_listing(self, notice, received_at):
        for shop in self._get_shops(notice).sudo():
            self._env["marketplace.listing.importer"]._enqueue_one(shop, seconds=LISTING_SECONDS)

    # === WHAT CONCERNS THE ACCOUNT === #

    def _follow_deauthorised(self, notice, received_at):
        connected_at = self._account.authorised_at
        if not connected_at or received_at > connected_at:
            error = AuthenticationFailed(self._env._("The access was withdrawn at the marketplace."))
            self._account._note_error(error, self._env._("Follow a notice"))

    def _follow_authorisation_ends(self, notice, received_at):
        self._account.sudo()._schedule_warning(
            self._env._("Renew the authorisation"),
            self._env._("The marketplace will soon stop accepting our access. Renew it on the account."),
        )

    # === PRIVACY === #

    def _follow_privacy(self, notice, received_at):
        self._env["marketplace.privacy.request"]._receive(self._account, notice, received_at)
