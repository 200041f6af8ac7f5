"""Lists of people and companies that must not be served, and who on them a name may be."""

import csv
import io
from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher

from .text import tokens

COLUMNS = ("name", "aliases", "country")
# Two words are spellings of one name from here on: "Mohamed" and "Mohammed" are 0.93 alike.
WORD_RATIO = 0.8


class ListError(ValueError):
    """A list that cannot be used.

    :param str code: ``encoding``, ``empty``, ``missing_column``, ``missing_name`` or ``duplicate``
    :param int line: line of the file, 0 for the file as a whole
    :param str value: what is missing or doubled
    """

    def __init__(self, code, line=0, value=""):
        super().__init__(f"{code} {value} (line {line})")
        self.code = code
        self.line = line
        self.value = value


@dataclass(frozen=True, slots=True)
class Entry:
    """A person or company on a list.

    :param key: any key of the entry
    :param names: tuple with its name and its aliases
    :param str country: as the list states it; may be empty
    """

    key: object
    names: tuple
    country: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Who a name may be.

    :param entry: :class:`Entry`
    :param str name: its name or alias that is alike
    :param float score: 0 to 1
    """

    entry: Entry
    name: str
    score: float


def read_list(data):
    """Entries of a CSV file with the columns ``name``, ``aliases`` (separated by ``;`` or ``|``) and ``country``.

    :param bytes data: UTF-8; separated by comma, semicolon or tab
    :return: list of :class:`Entry`, their key being the line number
    :raise ListError: nothing of it is to be used
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ListError("encoding", data[: error.start].count(b"\n") + 1) from error
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    reader.fieldnames = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    if not any(reader.fieldnames):
        raise ListError("empty")
    for column in COLUMNS:
        if column not in reader.fieldnames:
            raise ListError("missing_column", 1, column)
    return _read_entries(reader)


def _read_entries(reader):
    entries, seen = [], {}
    for row in reader:
        if not any((row[column] or "").strip() for column in COLUMNS):
            continue
        name, country = (row["name"] or "").strip(), (row["country"] or "").strip()
        words = tokens(name)
        if not words:
            raise ListError("missing_name", reader.line_num)
        key = (*sorted(words), country.casefold())
        if key in seen:
            raise ListError("duplicate", reader.line_num, name)
        seen[key] = reader.line_num
        aliases = [alias.strip() for alias in (row["aliases"] or "").replace("|", ";").split(";")]
        entries.append(Entry(reader.line_num, (name, *filter(tokens, aliases)), country))
    if not entries:
        raise ListError("empty")
    return entries


class NameIndex:
    """All names of the lists, to look up buyers in.

    :param entries: iterable of :class:`Entry`
    """

    def __init__(self, entries):
        self._names = [(entry, name, frozenset(tokens(name))) for entry in entries for name in entry.names]
        self._by_head = defaultdict(set)
        for index, (_entry, _name, words) in enumerate(self._names):
            for word in words:
                self._by_head[word[:3]].add(index)

    def __bool__(self):
        return bool(self._names)

    def find(self, name, threshold):
        """Entries that a name may stand for, the likeliest first.

        :param float threshold: lowest score, 0 to 1
        :return: list of :class:`Match`, one per entry
        """
        words = frozenset(tokens(name))
        best = {}
        for index in self._candidates(words):
            entry, listed, listed_words = self._names[index]
            score = similarity(words, listed_words)
            if score >= threshold and (entry.key not in best or score > best[entry.key].score):
                best[entry.key] = Match(entry, listed, score)
        return sorted(best.values(), key=lambda match: -match.score)

    def _candidates(self, words):
        """Names that share the beginning of two words, or of the only one."""
        hits = defaultdict(int)
        for word in words:
            for index in self._by_head.get(word[:3], ()):
                hits[index] += 1
        return [index for index, count in hits.items() if count >= min(2, len(words), len(self._names[index][2]))]


def similarity(words, listed):
    """How much two names have in common, 0 to 1; a name within a longer one counts in full from two words on.

    :param words: frozenset of words
    :param listed: frozenset of words
    """
    short, long = sorted((words, listed), key=len)
    if not short or (len(short) == 1 and len(long) > 1):
        return 0.0
    total = sum(map(len, short))
    return sum(len(word) * _best_ratio(word, long) for word in short) / total


def _best_ratio(word, others):
    if word in others:
        return 1.0
    ratio = max(SequenceMatcher(None, word, other).ratio() for other in others)
    return ratio if ratio >= WORD_RATIO else 0.0
