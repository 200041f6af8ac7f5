"""Test files are shared out among databases: each once, none left out, shares of about the same size."""

from scripts.lib.home import CHECKOUT
from scripts.lib.pytest_runs import share_out


def sizes(share):
    return sum((CHECKOUT / name).stat().st_size for name in share)


def test_every_file_once_in_shares_of_about_the_same_size():
    """Two shares of a large folder hold all its test files and differ by less than a tenth."""
    shares = share_out(["addons/marketplace/tests"], 2)
    files = sorted(
        str(path.relative_to(CHECKOUT)) for path in (CHECKOUT / "addons/marketplace/tests").glob("test_*.py")
    )
    assert sorted(name for share in shares for name in share) == files
    small, large = sorted(map(sizes, shares))
    assert large - small < large / 10


def test_no_more_shares_than_files():
    """One file or one chosen test is one share, as it was named."""
    assert share_out(["addons/marketplace/tests/test_fetch.py"], 4) == [["addons/marketplace/tests/test_fetch.py"]]
    assert share_out(["addons/marketplace/tests/test_fetch.py::TestX"], 4) == [
        ["addons/marketplace/tests/test_fetch.py::TestX"]
    ]
    assert share_out([], 4) == []
