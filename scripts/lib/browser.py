"""A Chromium for the end-to-end tests: one that is there, or Debian's when we may install it."""

import os
import shutil
from pathlib import Path

from scripts.lib.home import Home, SetupError
from scripts.lib.progress import Progress
from scripts.lib.shell import run_logged

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    """Path of a Chromium: ``$CHROMIUM``, one on the PATH, or Playwright's own."""
    candidates = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), _playwright_browser()]
    return next((path for path in candidates if path and Path(path).exists()), None)


def ensure_browser(home: Home, progress: Progress) -> str | None:
    """As :func:`find_browser`; as root on Debian, Chromium is installed by apt when there is none."""
    found = find_browser()
    if found or os.geteuid() != 0 or not shutil.which("apt-get"):
        return found
    progress.note("installing Debian's chromium")
    log = home.log / "browser.log"
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        run_logged(["apt-get", "-q", "update"], log, env=environment)
        run_logged(["apt-get", "-qy", "--no-install-recommends", "install", "chromium"], log, env=environment)
    except SetupError as error:
        progress.note(f"no browser: {error}")
    return find_browser()


def _playwright_browser() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path
