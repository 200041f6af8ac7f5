from odoo.http import Controller, request, route

from ..models.authorisation import CALLBACK_PATH


class OAuthController(Controller):
    @route(CALLBACK_PATH, type="http", auth="user", methods=["GET"])
    def callback(self, **params):
        """The seller comes back from the marketplace's page, with a grant or without."""
        if not request.env.user.has_group("marketplace.group_manager"):
            return self._render_problem(
                403, request.env._("Only marketplace managers may connect accounts. Ask one of them to do it.")
            )
        taken = request.env["marketplace.authorisation"]._take(params.get("state", ""))
        if not taken:
            return self._render_problem(
                400,
                request.env._(
                    "This answer of the marketplace belongs to no connection that you have begun: it was used already, "
                    "took longer than ten minutes, or was begun by another user or in another database. Open the "
                    "account and press Connect again."
                ),
            )
        account, redirect_uri, verifier = taken
        problem = account._finish_authorisation(params, redirect_uri, verifier)
        if problem:
            return self._render_problem(400, problem, account)
        return request.redirect(account._get_form_url())

    def _render_problem(self, status, message, account=None):
        response = request.render(
            "marketplace.authorisation_problem",
            {"message": message, "url": account._get_form_url() if account else "/odoo/marketplace-accounts"},
        )
        response.status_code = status
        return response
