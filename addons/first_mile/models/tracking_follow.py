from datetime import timedelta

from odoo import api, fields, models

from ..engine import seventeen_track as track17
from ..engine.milestones import find_days

FETCH_EVERY = timedelta(hours=4)
NOT_FOLLOWED = ("booking", "flight")  # forwarders and airlines use them again, so nobody can follow them
ALARMING = ("Exception", "DeliveryFailure", "Expired")


class FirstMileTracking(models.Model):
    """Numbers are followed at 17TRACK: what happens to them become the days of the legs."""

    _inherit = "first.mile.tracking"

    follow_state = fields.Selection(
        [
            ("none", "Not Followed"),
            ("pending", "To Register"),
            ("followed", "Followed"),
            ("unknown", "Unknown There"),
            ("stopped", "Stopped"),
            ("delivered", "Delivered"),
        ],
        compute="_compute_follow_state",
        store=True,
        precompute=True,
        required=True,
        copy=False,
        string="Followed",
        help="Unknown There: 17TRACK does not take the number, see its answer; correct it or state the carrier, then "
        "retry. Bookings and flights are not followed: their numbers are used again.",
    )
    track17_carrier = fields.Integer(
        "17TRACK Carrier",
        aggregator=None,
        help="17TRACK's number of the carrier, where the tracking number tells none.",
    )
    follow_message = fields.Char("17TRACK's Answer", readonly=True, copy=False)
    status_text = fields.Char("Status There", readonly=True, copy=False, help="17TRACK's own word.")
    last_event = fields.Char(readonly=True, copy=False)
    expected_on = fields.Date("Carrier Expects", readonly=True, copy=False, help="Last day of delivery as stated.")
    fetched_at = fields.Datetime("Last Asked", readonly=True, copy=False)
    alerted = fields.Char(readonly=True, copy=False, help="The trouble that was last reported.")
    event_ids = fields.One2many("first.mile.tracking.event", "tracking_id", readonly=True)

    _follow_idx = models.Index("(follow_state, fetched_at) WHERE follow_state IN ('pending', 'followed')")
    _batch_size = 400

    @api.depends("kind", "number", "track17_carrier")
    def _compute_follow_state(self):
        for tracking in self:
            tracking.follow_state = "none" if tracking.kind in NOT_FOLLOWED else "pending"

    @api.model_create_multi
    def create(self, vals_list):
        """Override to have new numbers registered."""
        trackings = super().create(vals_list)
        trackings._enqueue_pending()
        self.env["first.mile.notice"].sudo()._take_waiting(trackings)
        return trackings

    def write(self, vals):
        """Override to have corrected numbers registered."""
        result = super().write(vals)
        if {"number", "kind", "track17_carrier"} & set(vals):
            self._enqueue_pending()
            self.env["first.mile.notice"].sudo()._take_waiting(self)
        return result

    def _enqueue_pending(self):
        companies = self.filtered(lambda tracking: tracking.follow_state == "pending").shipment_id.company_id
        if companies:
            Tracker = self.env["first.mile.tracker"].sudo()
            domain = [*Tracker._get_live_domain(), ("company_id", "in", companies.ids)]
            Tracker.search(domain)._enqueue_follow()

    # === ASKING === #

    @api.model
    def _search_due(self, tracker, *domain):
        """``({number: records}, whether there are more)``; what another job is asking about is left to it."""
        open_domain = [
            ("shipment_id.company_id", "=", tracker.company_id.id),
            ("shipment_id.state", "not in", ("received", "cancelled")),
        ]
        found = self.search([*open_domain, *domain], order="fetched_at NULLS FIRST, id", limit=self._batch_size)
        return found.try_lock_for_update().grouped("number"), len(found) == self._batch_size

    @api.model
    def _register_due(self, tracker, all_refused):
        """Have new numbers followed; those that 17TRACK refuses are kept with its answer.

        :param list all_refused: gets the :class:`~..engine.seventeen_track.Refusal`
        :return: whether more of them wait, None if 17TRACK did not answer
        """
        due, more = self._search_due(tracker, ("follow_state", "=", "pending"))
        if not due:
            return False
        entries = [
            (number, records[:1].track17_carrier or None, records[:1].shipment_id.name)
            for number, records in due.items()
        ]
        answer = tracker._ask(self.env._("Register tracking numbers"), lambda client: client.register(entries))
        if answer is None:
            return None
        accepted, refused = answer
        known = {refusal.number for refusal in refused if refusal.code == track17.REGISTERED_ALREADY}
        taken = self.union(*(due[number] for number in {*accepted, *known} if number in due))
        taken.write({"follow_state": "followed", "follow_message": False})
        for refusal in refused:
            if refusal.number not in known:
                due.get(refusal.number, self.browse())._note_refusal(refusal)
        all_refused += refused
        # What is used up now is used up for the next numbers, too.
        return more and not any(refusal.code in track17.USED_UP for refusal in refused)

    @api.model
    def _fetch_due(self, tracker, all_refused):
        """Ask about numbers under way that were not asked about lately.

        :param list all_refused: gets the :class:`~..engine.seventeen_track.Refusal`
        :return: whether more of them wait, None if 17TRACK did not answer
        """
        before = fields.Datetime.now() - FETCH_EVERY
        due, more = self._search_due(
            tracker, ("follow_state", "=", "followed"), "|", ("fetched_at", "=", False), ("fetched_at", "<", before)
        )
        if not due:
            return False
        answer = tracker._ask(self.env._("Ask where shipments are"), lambda client: client.fetch(list(due)))
        if answer is None:
            return None
        tracks, refused = answer
        self.union(*due.values()).fetched_at = fields.Datetime.now()
        self._apply_tracks([(record, track) for track in tracks for record in due.get(track.number, ())])
        for refusal in refused:
            due.get(refusal.number, self.browse())._note_refusal(refusal)
        all_refused += refused
        return more

    def _note_refusal(self, refusal):
        values = {"follow_message": str(refusal)}
        if refusal.code in (track17.NOT_REGISTERED, *track17.USED_UP):
            values["follow_state"] = "pending"
        elif refusal.code != track17.NOTHING_YET:
            values["follow_state"] = "unknown"
        self.write(values)

    @api.model
    def _take_notice(self, tracker, notice):
        """Take over what a webhook says; a repeated one changes nothing.

        :param notice: :class:`~..engine.seventeen_track.Notice`
        :return: the records of its number
        """
        domain = [("number", "=", notice.number), ("shipment_id.company_id", "=", tracker.company_id.id)]
        trackings = self.search(domain)
        if notice.track:
            self._apply_tracks([(tracking, notice.track) for tracking in trackings])
        else:
            trackings.write({"follow_state": "stopped", "follow_message": notice.event})
        return trackings

    # === WHAT HAPPENED === #

    @api.model
    def _apply_tracks(self, tracks):
        """Keep events and statuses, enter the days of the legs, and report trouble.

        :param tracks: ``[(record, Track)]``
        """
        Event = self.env["first.mile.tracking.event"].sudo()
        trackings = self.union(*(tracking for tracking, _track in tracks))
        known = {(event.tracking_id, event._get_key()) for event in trackings.sudo().event_ids}
        Event.create(
            [
                tracking._prepare_event(event)
                for tracking, track in tracks
                for event in reversed(track.events)
                if (tracking, (event.local, event.status, event.description, event.location)) not in known
            ]
        )
        for tracking, track in tracks:
            tracking._apply_status(track)
            tracking._apply_days(track)
            tracking._report_trouble(track)

    def _prepare_event(self, event):
        return {
            "tracking_id": self.id,
            "local_time": event.local,
            "moment": event.at and event.at.replace(tzinfo=None),
            "stage": event.stage,
            "status": event.status,
            "description": event.description,
            "location": event.location,
        }

    def _apply_status(self, track):
        expected = track.expected[1] or track.expected[0]
        latest = track.events[0] if track.events else None
        values = {
            "status_text": track.status,
            "follow_state": "delivered" if track.status == "Delivered" else "followed",
            "follow_message": False,
            "last_event": latest and ", ".join(filter(None, (latest.local, latest.location, latest.description))),
            "expected_on": expected and expected.date(),
        }
        changed = {name: value for name, value in values.items() if (self[name] or None) != (value or None)}
        if changed:
            self.write(changed)

    def _get_leg(self):
        """The leg that the number is about: the stated one, else the only one of the kind that it must be."""
        self.ensure_one()
        if self.leg_id:
            return self.leg_id
        kind = "delivery" if self.kind == "express" and self.shipment_id.mode != "express" else "main"
        legs = self.shipment_id.leg_ids.filtered(lambda leg: leg.kind == kind)
        return legs if len(legs) == 1 else legs.browse()

    def _apply_days(self, track):
        """Enter departure and arrival where nobody has entered them."""
        leg = self._get_leg()
        if not leg:
            return
        departed, arrived = find_days(track.events, leg.kind, leg.mode)
        values = {}
        if departed and not leg.atd:
            values["atd"] = departed
        if arrived and not leg.ata:
            values["ata"] = arrived
        if "ata" in values and values["ata"] < (values.get("atd") or leg.atd):
            self.follow_message = self.env._(
                "The carrier says that it arrived on %(arrived)s, before the departure on %(departed)s. Correct the "
                "leg.",
                arrived=arrived,
                departed=values.get("atd") or leg.atd,
            )
            return
        if values:
            leg.write(values)
            self.shipment_id.message_post(
                body=self.env._(
                    "%(number)s: departed on %(departed)s, arrived on %(arrived)s, says the carrier.",
                    number=self.number,
                    departed=leg.atd,
                    arrived=leg.ata or "—",
                )
            )

    def _report_trouble(self, track):
        """Tell the responsible person what the carrier has trouble with, and what comes after its ETA; each once."""
        leg = self._get_leg()
        late = leg and leg.eta and not leg.ata and self.expected_on and self.expected_on > leg.eta
        if track.status in ALARMING:
            trouble = track.status
            summary = self.env._(
                "%(number)s: %(status)s. %(event)s",
                number=self.number,
                status=track.status,
                event=self.last_event or "",
            )
        elif late:
            trouble = f"late {self.expected_on}"
            summary = self.env._(
                "%(number)s: the carrier expects it on %(expected)s, %(days)s days after the ETA.",
                number=self.number,
                expected=self.expected_on,
                days=(self.expected_on - leg.eta).days,
            )
        else:
            return
        if self.alerted != trouble:
            self.alerted = trouble
            shipment = self.shipment_id
            shipment.activity_schedule(
                "mail.mail_activity_data_warning",
                user_id=(shipment.user_id or self.env.user).id,
                summary=summary,
            )

    # === ACTIONS === #

    def action_follow_again(self):
        """Register numbers again that 17TRACK did not take, or does not follow any more."""
        waiting = self.filtered(lambda tracking: tracking.follow_state in ("unknown", "stopped"))
        waiting.write({"follow_state": "pending", "follow_message": False})
        waiting._enqueue_pending()
