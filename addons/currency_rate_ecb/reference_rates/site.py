"""Where the bank publishes its files."""

from datetime import timedelta

import requests

from .files import read_rates

SITE = "https://www.ecb.europa.eu/stats/eurofxref"
_DAILY, _RECENT, _HISTORY = "eurofxref-daily.xml", "eurofxref-hist-90d.xml", "eurofxref-hist.zip"
_SECONDS = 60


class SiteUnavailable(Exception):
    """The site does not answer, or not with a file."""


def fetch_rates(since, today, site=SITE, session=None):
    """Rates from a day on, from the smallest file that has them.

    :param date since: first day
    :param date today: the bank publishes about 16:00 Central European Time on its working days
    :param str site: folder of the files
    :param session: ``requests.Session``
    :return: as :func:`~.files.read_rates`
    :raise SiteUnavailable: no answer
    :raise UnreadableRates: no rates in the answer
    """
    file = _DAILY if since >= today else _RECENT if since > today - timedelta(days=85) else _HISTORY
    try:
        answer = (session or requests).get(f"{site}/{file}", timeout=_SECONDS)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise SiteUnavailable(str(error)) from error
    return {day: rates for day, rates in read_rates(answer.content).items() if day >= since}
