from odoo import api, fields


class SecretField(fields.Char):
    """A credential of a marketplace account: kept encrypted among the account's secrets, shown as a mask to managers.

    The secret's name is the field's without the provider: ``otto_client_secret`` keeps ``client_secret``. Each field
    has its own inverse: one for several would find those that were not typed empty, and remove what is kept.
    """

    groups = "marketplace.group_manager"

    @property
    def secret(self):
        return self.name.partition("_")[2]

    def _get_attrs(self, model_class, name):
        """Override of `odoo` to be computed and inverted by the field itself."""
        attrs = super()._get_attrs(model_class, name)
        computed = {"compute": self._compute_mask, "inverse": self._inverse_typed, "compute_sudo": False}
        return {**attrs, **computed, "store": False, "copy": False, "readonly": False}

    @api.depends("secrets")
    def _compute_mask(self, accounts):
        for account in accounts:
            account[self.name] = account._mask_secret(self.secret)

    def _inverse_typed(self, accounts):
        for account in accounts:
            account._set_secret(self.secret, account[self.name])
        # What was typed must not be read back, not even by the answer to saving it.
        accounts.invalidate_recordset([self.name])
