from odoo import api, fields, models
from odoo.exceptions import ValidationError

SEPARATOR = " > "
ANY = "*"


class MarketplaceFeeWord(models.Model):
    """What a marketplace's own words for an amount mean.

    Words have pieces from coarse to fine (``Order > ItemFees > Commission``); ``*`` stands for any one piece. The row
    with the most exact pieces decides, one of the company before one of all companies. Rows without a kind are the
    queue: amounts with these words came, nobody has said yet what they are, and nothing with them is posted.
    """

    _name = "marketplace.fee.word"
    _description = "Marketplace's Words for an Amount"
    _order = "provider, words, id"
    _rec_name = "words"

    provider = fields.Char("Marketplace", required=True, index=True, help="As in the account's field Provider.")
    words = fields.Char(required=True, help="Pieces from coarse to fine, with ' > ' between them; * is any piece.")
    kind_id = fields.Many2one("marketplace.fee.kind", index=True, ondelete="restrict")
    group = fields.Selection(related="kind_id.group")
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    line_count = fields.Integer("Amounts", compute="_compute_lines", help="In settlements that are not posted yet.")
    amounts = fields.Char("Sums", compute="_compute_lines", help="Of these amounts, by currency.")

    _words_uniq = models.UniqueIndex(
        "(provider, words, COALESCE(company_id, 0))", "The meaning of these words is stated already."
    )

    @api.depends("provider", "words", "company_id")
    def _compute_lines(self):
        found = {}
        for company, provider, words, currency, count, total in self.env["marketplace.settlement.line"]._read_group(
            [("words", "in", self.mapped("words")), ("settlement_id.state", "!=", "posted")],
            ["company_id", "provider", "words", "currency_id"],
            ["__count", "amount:sum"],
        ):
            found.setdefault((company, provider, words), []).append((count, currency.format(total)))
        for word in self:
            companies = word.company_id or self.env.companies
            rows = [row for company in companies for row in found.get((company, word.provider, word.words), [])]
            word.line_count = sum(count for count, _amount in rows)
            word.amounts = ", ".join(amount for _count, amount in rows)

    @api.constrains("words")
    def _check_words(self):
        for word in self:
            pieces = word.words.split(SEPARATOR)
            if not all(piece.strip() == piece and piece for piece in pieces) or set(pieces) == {ANY}:
                raise ValidationError(
                    self.env._(
                        "'%(words)s' is no way to write words: put ' > ' between the pieces, and at least one piece "
                        "that is not *. Example: Order > ItemFees > Commission",
                        words=word.words,
                    )
                )

    # === KEEPING LINES UP TO DATE === #

    @api.model_create_multi
    def create(self, vals_list):
        """Override: words with a meaning classify the lines that wait."""
        words = super().create(vals_list)
        words._classify_again(words.filtered("kind_id").mapped("provider"))
        return words

    def write(self, vals):
        """Override: a new meaning classifies the lines that wait."""
        before = {word: word._get_meaning() for word in self}
        result = super().write(vals)
        changed = self.filtered(lambda word: word._get_meaning() != before[word])
        self._classify_again([*changed.mapped("provider"), *(before[word][0] for word in changed)])
        return result

    def unlink(self):
        """Override: lines lose what these rows said, or fall back to a row that is less exact."""
        providers = self.mapped("provider")
        result = super().unlink()
        self._classify_again(providers)
        return result

    def _get_meaning(self):
        """What lines are classified by. An update of the addon writes all its rows again: lines that no row changes
        for are not looked at."""
        return self.provider, self.words, self.kind_id, self.company_id

    @api.model
    def _classify_again(self, providers):
        if providers:
            self.env["marketplace.settlement.line"].sudo()._classify_again(set(providers))

    # === CLASSIFYING === #

    @api.model
    def _get_dictionary(self, provider, company):
        """What words mean to a company; one query.

        :return: :class:`FeeDictionary`
        """
        domain = [("provider", "=", provider), ("company_id", "in", (False, company.id))]
        return FeeDictionary([(row.words, row.kind_id.id, bool(row.company_id)) for row in self.sudo().search(domain)])

    @api.model
    def _note_unknown(self, provider, company, unknown):
        """Put words that nobody knows into the queue, once."""
        self.sudo().create(
            [{"provider": provider, "words": words, "company_id": company.id} for words in sorted(unknown)]
        )

    def action_view_lines(self):
        """The amounts with these words."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.words,
            "res_model": "marketplace.settlement.line",
            "view_mode": "list,pivot,form",
            "domain": [("provider", "=", self.provider), ("words", "=", self.words)],
        }


class FeeDictionary:
    """Finds the kind of words among rows of meanings.

    :param rows: ``[(words, kind or False, whether it is the company's own)]``
    :ivar unknown: words that :meth:`classify` met and that no row is about
    """

    def __init__(self, rows):
        self.unknown = set()
        self._exact, self._patterns, self._known, self._classified = {}, {}, set(), {}
        for words, kind, own in sorted(rows, key=lambda row: row[2]):
            self._known.add(words)
            pieces = tuple(words.split(SEPARATOR))
            if not kind:
                continue
            if ANY in pieces:
                self._patterns.setdefault(len(pieces), []).append((pieces, own, kind))
            else:
                self._exact[words] = kind
        for patterns in self._patterns.values():
            patterns.sort(key=lambda row: (row[0].count(ANY), not row[1], row[0]))

    def classify(self, pieces):
        """What a marketplace calls an amount, as one text, and what that means; looked up once.

        :param tuple pieces: its words, from coarse to fine
        :return: ``(words, id of the kind or None)``
        """
        if pieces not in self._classified:
            words = _join(pieces)
            kind = self.find(words) or None
            if kind is None and words not in self._known:
                self.unknown.add(words)
            self._classified[pieces] = words, kind
        return self._classified[pieces]

    def find(self, words):
        """Id of the kind; ``False`` where nothing says it. An exact row of all companies still comes before a pattern
        of one's own."""
        if words not in self._exact:
            self._exact[words] = self._find_pattern(tuple(words.split(SEPARATOR)))
        return self._exact[words]

    def _find_pattern(self, pieces):
        for pattern, _own, kind in self._patterns.get(len(pieces), ()):
            if all(wanted in (ANY, piece) for wanted, piece in zip(pattern, pieces, strict=True)):
                return kind
        return False


def _join(pieces):
    """Pieces as one text; a separator inside of a piece would make two of it."""
    return SEPARATOR.join(piece.replace(SEPARATOR, " ").strip() for piece in pieces)
