import logging
from contextlib import nullcontext
from dataclasses import asdict
from functools import partial

from odoo import fields, models, modules

from ..tools import secret_box
from ..tools.short_cursor import short_cursor
from ..tools.token_journal import TokenJournal
from ..transport import Tokens, TokenStore
from ..transport.redaction import remember_secret

_logger = logging.getLogger(__name__)
# Equal to no tokens: asks only for what is there.
_NOTHING_SEEN = object()


class DatabaseTokenStore(TokenStore):
    """Tokens of one account, shared by all server processes: a row, changed in a short transaction of its own.

    New tokens go to the journal first, and from there into the row. The version says which of the two is newer.

    :param open_cursor: returns a context manager that gives a cursor and commits at its end
    :param str dbname: name of the database
    :param int account_id: the account
    """

    def __init__(self, open_cursor, dbname, account_id):
        self._open_cursor = open_cursor
        self._account_id = account_id
        self._journal = TokenJournal(dbname, account_id)

    def load(self):
        # The journal first: it is removed after the row has its content.
        entry = self._journal.load()
        with self._open_cursor() as cr:
            cr.execute("SELECT version, sealed FROM marketplace_token WHERE account_id = %s", [self._account_id])
            version, sealed = cr.fetchone() or (0, None)
            newer = entry and self._is_newer(entry, version, self._get_database_id(cr))
        return self.replace(_NOTHING_SEEN, None) if newer else self._unseal(sealed)

    def replace(self, seen, renew):
        with self._journal.locked():
            with self._open_cursor() as cr:
                version, tokens = self._lock_row(cr)
                database = self._get_database_id(cr)
                entry = self._journal.load()
                if self._is_newer(entry, version, database):
                    version, tokens = entry["version"], Tokens(**entry["tokens"])
                    self._keep(cr, version, tokens)
                if tokens == seen:
                    tokens = renew(seen)
                    # Nothing may come in between: the connection to the database may be lost by now.
                    self._journal.save({"database": database, "version": version + 1, "tokens": asdict(tokens)})
                    self._keep(cr, version + 1, tokens)
            self._journal.remove()
        return tokens

    def _lock_row(self, cr):
        cr.execute(
            "INSERT INTO marketplace_token AS t (account_id, version) VALUES (%s, 0)"
            " ON CONFLICT (account_id) DO UPDATE SET account_id = t.account_id RETURNING version, sealed",
            [self._account_id],
        )
        version, sealed = cr.fetchone()
        return version, self._unseal(sealed)

    def _keep(self, cr, version, tokens):
        cr.execute(
            "UPDATE marketplace_token SET version = %s, sealed = %s WHERE account_id = %s",
            [version, secret_box.seal(asdict(tokens)), self._account_id],
        )

    def _unseal(self, sealed):
        """Tokens of a row. Those of another server's key are as good as none: the seller has to connect again."""
        try:
            values = secret_box.unseal(sealed)
        except ValueError:
            _logger.exception("The tokens of marketplace account %s cannot be read", self._account_id)
            return None
        if not values:
            return None
        for secret in (values["access"], values["refresh"]):
            remember_secret(secret)
        return Tokens(**values)

    # === JOURNAL === #

    def _is_newer(self, entry, version, database):
        """Whether the journal is ahead of the row, and is of this database: another of the same name may have left it.

        A database without tokens takes its first ones only, so that a neutralised copy stays without.
        """
        if not entry or entry["database"] != database:
            return False
        return entry["version"] > version if version else entry["version"] == 1

    def _get_database_id(self, cr):
        cr.execute("SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'")
        return cr.fetchone()[0]


class MarketplaceToken(models.Model):
    _name = "marketplace.token"
    _description = "Access Tokens of a Marketplace Account"
    _log_access = False
    _rec_name = "account_id"

    # No foreign key: the row is written beside transactions that may hold the account, and would wait for them.
    account_id = fields.Integer(required=True, readonly=True, copy=False)
    version = fields.Integer(required=True, readonly=True, copy=False)
    sealed = fields.Text(groups=fields.NO_ACCESS, copy=False)

    _account_uniq = models.UniqueIndex("(account_id)")


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    def _get_token_store(self):
        """Store of this account's access tokens, for the connector's :class:`~..transport.TokenAuth`.

        A test has one transaction and no second cursor sees what it made; there the store works in it.
        """
        self.ensure_one()
        cr = self.env.cr
        in_test = modules.module.current_test
        open_cursor = partial(nullcontext, cr) if in_test else partial(short_cursor, self.env.registry)
        return DatabaseTokenStore(open_cursor, cr.dbname, self.id)

    def _forget_tokens(self):
        """Remove the tokens: the account is as if it had never been connected."""
        self.env.cr.execute("DELETE FROM marketplace_token WHERE account_id = ANY(%s)", [self.ids])
        for account in self:
            self.env.cr.postcommit.add(TokenJournal(self.env.cr.dbname, account.id).remove)

    def write(self, vals):
        """Override so that no access is left when all credentials are removed."""
        if "secrets" in vals and not vals["secrets"]:
            self._forget_tokens()
        return super().write(vals)

    def unlink(self):
        self._forget_tokens()
        return super().unlink()
