from odoo import api, models


class MarketplaceCacheSource(models.AbstractModel):
    """Records of which something is kept in memory by ``ormcache``: whoever changes them has it made anew."""

    _name = "marketplace.cache.source"
    _description = "Source of What Is Kept in Memory"

    @api.model_create_multi
    def create(self, vals_list):
        """Extend `create`: forget what was made of the records."""
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        """Extend `write`: forget what was made of the records."""
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        """Extend `unlink`: forget what was made of the records."""
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
