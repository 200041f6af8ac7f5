"""Pages of the app in the browser."""


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
