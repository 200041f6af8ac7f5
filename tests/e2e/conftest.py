"""A running server on a database of its own, and a browser page that is logged in to it."""

import io
import os

import pytest
from PIL import Image

from scripts.lib.home import CHECKOUT, Home
from scripts.lib.postgres import Server
from scripts.lib.progress import Progress
from scripts.lib.services import scratch_services

from .pages import log_in

# Odoo's mail module asks for a script that Debian's package leaves out; it blurs the background of video calls.
NOT_IN_DEBIAN = "mail/static/lib/selfie_segmentation/"


def pytest_addoption(parser):
    parser.addoption("--screenshots", metavar="FOLDER", help="keep pictures of the pages that the documentation shows")


@pytest.fixture(scope="session")
def home():
    """The state folder that scripts/test prepared."""
    return Home.default()


@pytest.fixture(scope="session")
def postgres():
    """How to reach the PostgreSQL server that scripts/test prepared."""
    return Server.from_url(os.environ["CROSSBORDER_DB_URL"])


@pytest.fixture(scope="session")
def progress():
    """Where what takes long is told."""
    return Progress(1)


@pytest.fixture(scope="session")
def server(home, postgres, progress):
    """The :class:`scripts.lib.services.Context` of an Odoo server with the suite, the simulator and training shops."""
    simulator = ("--seed", "1", "--orders", "60", "--speed", "60", "--channels", "amazon,shopee")
    with scratch_services(home, postgres, progress, simulator) as context:
        yield context


@pytest.fixture(scope="session")
def call(server):
    """A method of a model, called as the administrator."""
    return server.client().call


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium; tests that ask for it are skipped where there is none."""
    executable = os.environ.get("CHROMIUM")
    if not executable:
        pytest.skip("no Chromium can be had on this machine")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def login_state(browser, server):
    """Cookies of a session that the administrator has logged in to through the login page."""
    return log_in(browser, server.odoo.url, server.login, server.password)


@pytest.fixture
def page(browser, server, login_state):
    """A Playwright page of the administrator, 1400 × 900; paths are relative to the server."""
    context = browser.new_context(
        base_url=server.odoo.url, storage_state=login_state, viewport={"width": 1400, "height": 900}
    )
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def errors(page):
    """What the browser's console and its scripts complain about while the test runs."""
    found = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    yield found
    assert [error for error in found if NOT_IN_DEBIAN not in error] == []


@pytest.fixture
def picture(page, request):
    """Keep a picture of the page as it is now, by name and height, where ``--screenshots`` asks for it."""
    folder = request.config.getoption("--screenshots")

    def keep(name, height=900):
        if folder:
            page.set_viewport_size({"width": 1400, "height": height})
            page.wait_for_function("document.fonts.status === 'loaded'")
            page.mouse.move(0, height - 1)
            drawn = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
            few = drawn.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE)  # rare colours stay what they are
            few.save(CHECKOUT / folder / f"{name}.png", optimize=True)

    return keep
