"""Since when a company is costed is kept with it: before, only the log knew."""


def migrate(cr, version):
    cr.execute(
        """UPDATE res_company company SET cost_layer_since = log.since
             FROM (SELECT company_id, MIN(create_date) since FROM cost_event GROUP BY company_id) log
            WHERE log.company_id = company.id"""
    )
