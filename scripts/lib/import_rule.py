"""The import rule of the suite, checked on the syntax tree.

The plain packages of an addon (``contract``, ``transport``, ``connector``, ``server``) import nothing from Odoo, a
marketplace addon knows no other marketplace addon, and none knows the simulator.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

PLAIN_PACKAGES = {"contract", "transport", "connector", "server"}
# Addons whose name begins like a marketplace's but that are shared by all of them; any of them may be imported.
SHARED = {"marketplace", "marketplace_routing", "marketplace_review", "marketplace_settlement", "marketplace_profit"}
SHARED |= {"marketplace_ads", "marketplace_service"}
# The simulator speaks every marketplace's protocol and its Odoo half sets up every training shop.
SIMULATOR = "marketplace_simulator"


def imported_modules(tree: ast.AST, package: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every imported module as ``(line, parts of its absolute name)``.

    :param package: the package that the file belongs to, for relative imports
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, tuple(alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = base + tuple(node.module.split(".") if node.module else ())
            for alias in node.names:
                yield node.lineno, (*module, alias.name)


def addon_of(module: tuple[str, ...]) -> str | None:
    """The addon that a module name lies in: ``odoo.addons.x…`` and ``addons.x…`` both mean ``x``."""
    path = module[1:] if module[:1] == ("odoo",) else module
    return path[1] if path[:1] == ("addons",) and len(path) > 1 else None


def violations(root: Path) -> list[str]:
    """Offences below ``root/addons`` as ``path:line: what is wrong``."""
    found = []
    for path in sorted((root / "addons").rglob("*.py")):
        parts = path.relative_to(root).parts
        package = parts[:-1]
        for line, module in imported_modules(ast.parse(path.read_text(), str(path)), package):
            found += [f"{path.relative_to(root)}:{line}: {wrong}" for wrong in _offences(parts, module)]
    return list(dict.fromkeys(found))


def _offences(parts: tuple[str, ...], module: tuple[str, ...]) -> Iterator[str]:
    addon, other = parts[1], addon_of(module)
    if len(parts) > 3 and parts[2] in PLAIN_PACKAGES and module[0] == "odoo":
        yield f"{parts[2]} is plain Python and must not import odoo"
    if is_marketplace(addon) and other and other != addon and is_marketplace(other):
        yield f"{addon} must not know {other}"
    if is_marketplace(addon) and other == SIMULATOR and parts[2] != "tests":
        yield f"{addon} must not know that it may talk to {SIMULATOR}"


def is_marketplace(addon: str) -> bool:
    """Whether the addon is one marketplace's own (``marketplace_amazon``)."""
    return addon.startswith("marketplace_") and addon not in SHARED | {SIMULATOR}
