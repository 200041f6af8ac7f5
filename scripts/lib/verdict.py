"""What pytest's exit codes come to."""

from collections.abc import Sequence

PASSED, NOTHING_COLLECTED = 0, 5


def first_failure(codes: Sequence[int]) -> int:
    """Of several runs: a failure, else passed, else that no test was found."""
    failed = [code for code in codes if code not in (PASSED, NOTHING_COLLECTED)]
    return failed[0] if failed else min(codes, default=NOTHING_COLLECTED)


def verdict(codes: dict[str, int], filtered: bool) -> int:
    """The command's exit code: the first failure. A filter may leave a phase without tests, but not all of them."""
    if filtered and any(code == PASSED for code in codes.values()):
        codes = {name: PASSED if code == NOTHING_COLLECTED else code for name, code in codes.items()}
    return next((code for code in codes.values() if code), PASSED if codes else NOTHING_COLLECTED)
