"""Fill in a configuration template of ``config/``: ``${NAME}``, ``${NAME:-default}``, ``$$`` for a dollar sign.

Also a command, used by the container: ``config_file.py TEMPLATE`` prints it filled in from the environment. It needs
nothing but the standard library and no other file.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

PLACEHOLDER = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\})")


def render(template: str, values: Mapping[str, object]) -> str:
    """The template's text with its placeholders replaced; empty values count as missing, as in a shell.

    :raise ValueError: a placeholder has neither value nor default, or a value spans lines
    """

    def value_of(match: re.Match) -> str:
        if match["dollar"]:
            return "$"
        given = str(values.get(match["name"], ""))
        if "\n" in given:
            raise ValueError(f"{match['name']} must not contain a line break")
        if given:
            return given
        if match["default"] is None:
            raise ValueError(f"{match['name']} is not set")
        return match["default"]

    return "".join(
        line if line.lstrip().startswith("#") else PLACEHOLDER.sub(value_of, line)
        for line in template.splitlines(keepends=True)
    )


if __name__ == "__main__":
    try:
        sys.stdout.write(render(Path(sys.argv[1]).read_text(), os.environ))
    except ValueError as missing:
        sys.exit(f"{sys.argv[1]}: {missing}")
