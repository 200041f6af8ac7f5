"""Pages of the app in the browser."""


def log_in(browser, url, login, password):
    """Log in through the login page; the session's cookies. The server builds its scripts and styles for the first."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{url}/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_selector(".o_main_navbar", timeout=240_000)
    state = context.storage_state()
    context.close()
    return state


def open_page(page, path):
    """Open ``/odoo/marketplace-<path>`` and wait until its view is drawn."""
    page.goto(f"/odoo/marketplace-{path}")
    page.wait_for_selector(".o_action_manager .o_view_controller .o_renderer, .o_action_manager .o_form_view")


def open_order(page, order):
    """Open the form of a sale order."""
    open_page(page, f"orders/{order}")
    page.wait_for_selector(".o_form_view .o_form_sheet")


def wait_for_step(page, name):
    """Wait until the bar of steps stands at ``name``."""
    page.wait_for_selector(f".o_statusbar_status .o_arrow_button_current:has-text('{name}')")


def choose(page, field, text):
    """Choose the record that ``text`` finds, once the list holds what was found for it."""
    box = page.locator(f"div[name={field}] input").first
    with page.expect_response(lambda answer: "name_search" in answer.url and text in (answer.request.post_data or "")):
        box.fill(text)
    page.click(f".o-autocomplete--dropdown-item:has-text('{text}')")
    page.wait_for_selector(".o-autocomplete--dropdown-menu", state="detached")


def choose_option(page, field, label):
    """Choose among the fixed values of a field of the open dialog."""
    page.click(f".modal div[name={field}] input")
    page.click(f".o_select_menu_item:has-text('{label}')")


def choose_file(page, path):
    """Choose the file of the open dialog, and wait until it is read."""
    page.locator(".modal div[name=file] input[type=file]").set_input_files(path)
    shown = "name => [...document.querySelectorAll('.modal div[name=file] input')].some(input => input.value === name)"
    page.wait_for_function(shown, arg=path.name)


def close_error(page, text):
    """What the error dialog with ``text`` says in full; it is closed, and what it stood before is as it was."""
    dialog = page.locator(".modal", has_text=text)
    message = dialog.inner_text()
    dialog.locator(".modal-footer button").first.click()
    dialog.wait_for(state="detached")
    return message
