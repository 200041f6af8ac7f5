"""What the commands do inside Odoo: the venv's Python runs ``-m scripts.lib.inside CONFIG DATABASE FUNCTION``.

The function's arguments come as a JSON object on standard input, so that no password shows in the process list.
"""

import json
import sys

import odoo.init  # noqa: F401  sets Odoo up
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


def demo_company(env) -> None:
    """Make the first company a British seller with its chart of accounts."""
    company = env.ref("base.main_company")
    country = env.ref("base.uk")
    company.write({"name": "Crossborder Training Ltd", "country_id": country.id})
    company.partner_id.tz = "Europe/London"
    company.partner_id.write({"street": "1 Wharf Road", "city": "London", "zip": "N1 7GR"})
    env["stock.warehouse"].search([("company_id", "=", company.id)]).write({"name": "London", "code": "LDN"})
    env["account.chart.template"].try_loading("uk", company=company, install_demo=False)


def fresh_database(env, password: str) -> None:
    """Give a clone of a template its own identity and administrator's password."""
    env["ir.config_parameter"].init(force=True)
    env.ref("base.user_admin").write({"password": password, "lang": "en_US", "tz": "Europe/London"})


def training_shop(env, simulator_url: str, url: str) -> None:
    """Connect the training shop to the simulator, where the suite brings one.

    :param url: where Odoo will answer: marketplaces send sellers back and call there
    """
    env["ir.config_parameter"].set_param("web.base.url", url)
    if "marketplace.simulator.setup" in env:
        env["marketplace.simulator.setup"].setup_training(simulator_url)


def main(config_file: str, database: str, function: str) -> None:
    arguments = json.load(sys.stdin)
    config.parse_config(["--config", config_file, "--no-http"], setup_logging=True)
    with Registry(database).cursor() as cr:
        globals()[function](api.Environment(cr, SUPERUSER_ID, {}), **arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
