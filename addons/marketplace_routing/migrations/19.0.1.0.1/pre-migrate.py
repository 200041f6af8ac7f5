"""What a decision and a parcel know by their order is no longer stored again."""

DROPPED = {
    "marketplace_routing_decision": (
        *("shop_id", "company_id"),
        *("create_uid", "create_date", "write_uid", "write_date"),
    ),
    "marketplace_routing_parcel": ("shop_id", "company_id", "decision_id"),
    "sale_order": ("routing_decision_id", "routing_freight_estimate"),
}


def migrate(cr, version):
    for table, columns in DROPPED.items():
        for column in columns:
            cr.execute(f'ALTER TABLE "{table}" DROP COLUMN IF EXISTS "{column}"')
