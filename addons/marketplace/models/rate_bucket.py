from odoo import api, fields, models, modules

from ..tools.short_cursor import short_cursor
from ..transport import Bucket, BucketStore, MemoryBucketStore


class DatabaseBucketStore(BucketStore):
    """Rate-limit buckets shared by all server processes: a row each, changed in a short transaction of its own.

    :param registry: the database's registry
    """

    def __init__(self, registry):
        self._registry = registry

    def change(self, key, function):
        with short_cursor(self._registry) as cr:
            cr.execute(
                "INSERT INTO marketplace_rate_bucket AS b (key, full_at) VALUES (%s, 0)"
                " ON CONFLICT (key) DO UPDATE SET key = b.key RETURNING full_at, rate",
                [key],
            )
            full_at, rate = cr.fetchone()
            bucket, result = function(Bucket(full_at or 0.0, rate))
            cr.execute(
                "UPDATE marketplace_rate_bucket SET full_at = %s, rate = %s WHERE key = %s",
                [bucket.full_at, bucket.rate, key],
            )
            return result


class MarketplaceRateBucket(models.Model):
    _name = "marketplace.rate.bucket"
    _description = "Marketplace Call Limit"
    _log_access = False
    _order = "key"

    key = fields.Char(required=True, readonly=True, help="Account and operation.")
    full_at = fields.Float(digits=0, readonly=True, help="Epoch seconds at which all calls are available again.")
    rate = fields.Float(digits=0, readonly=True, help="Calls per second the marketplace stated last.")

    _key_uniq = models.UniqueIndex("(key)")

    @api.model
    def _get_store(self):
        """Store of this database. Tests share no state with other processes and get one in memory."""
        if modules.module.current_test:
            return MemoryBucketStore()
        return DatabaseBucketStore(self.env.registry)
