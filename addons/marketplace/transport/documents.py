"""Files that marketplaces hand out by URL: compression, character set and size."""

import zlib
from dataclasses import dataclass
from email.message import Message

from ..contract import InvalidPayload


@dataclass(frozen=True, slots=True)
class Document:
    """A downloaded file.

    :param bytes content: as stored by the marketplace, decompressed
    :param str content_type: the ``Content-Type`` header
    """

    content: bytes
    content_type: str = ""

    @property
    def text(self):
        """The content in the character set of its content type (UTF-8 if that names none), without byte order mark.

        :raise InvalidPayload: unknown character set, or bytes that are not in it
        """
        header = Message()
        header["Content-Type"] = self.content_type
        charset = header.get_content_charset("utf-8")
        try:
            return self.content.decode(charset).removeprefix("\ufeff")
        except (LookupError, UnicodeDecodeError) as error:
            raise InvalidPayload("document", f"not readable as {charset}: {error.__class__.__name__}") from None


def decode_document(content, gzipped, max_bytes):
    """Undo the compression.

    :param bytes content: as received
    :param bool gzipped: whether the marketplace says that it is compressed with GZIP
    :param int max_bytes: most bytes accepted after decompression
    :raise InvalidPayload: damaged, or larger than ``max_bytes``
    """
    if gzipped:
        content = _gunzip(content, max_bytes)
    if len(content) > max_bytes:
        raise InvalidPayload("document", f"larger than {max_bytes} bytes")
    return content


def _gunzip(content, max_bytes):
    decompressor = zlib.decompressobj(wbits=31)
    try:
        result = decompressor.decompress(content, max_bytes + 1)
    except zlib.error:
        raise InvalidPayload("document", "damaged GZIP") from None
    if not decompressor.eof and len(result) <= max_bytes:
        raise InvalidPayload("document", "truncated GZIP")
    return result
