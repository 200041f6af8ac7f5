"""Small pictures of a model card, as inline SVG."""

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM = 380, 240, 68, 36
ENDS = (0.02, 0.05, 0.1, 0.2, 0.5, 1)  # of an axis of shares


def calibration_plot(bins: Sequence[dict], x_label: str, y_label: str) -> str:
    """What was expected of each group of orders against what was found; on the line both are equal.

    :param bins: of :func:`.measure.calibration_table`
    """
    most = max(max(row["expected"], row["found"]) for row in bins)
    top = next(end for end in ENDS if end >= most)
    place = _scale((0, top), (0, top))
    dots = [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#71639e"/>'
        for x, y in (place(row["expected"], row["found"]) for row in bins)
    ]
    line = _line([place(0, 0), place(top, top)], "#adb5bd", dashed=True)
    return _frame([line, *dots], (0, top), (0, top), x_label, y_label)


def cost_plot(curve: Sequence[dict], threshold: float, x_label: str, y_label: str) -> str:
    """Cost per order by the share of orders that is held, with the chosen threshold.

    :param curve: of :func:`.measure.cost_curve`
    """
    points = sorted((row["held"], row["cost"], row["threshold"]) for row in curve)
    top = max(cost for _held, cost, _threshold in points) * 1.1 or 1
    place = _scale((0, 1), (0, top))
    held, cost, _threshold = min(points, key=lambda point: abs(point[2] - threshold))
    x, y = place(held, cost)
    curve_line = _line([place(held, cost) for held, cost, _threshold in points], "#71639e")
    mark = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#dc3545"/>'
    return _frame([curve_line, mark], (0, 1), (0, top), x_label, y_label, x_percent=True, y_percent=False)


def _scale(x_range, y_range):
    def place(x, y):
        across = (x - x_range[0]) / (x_range[1] - x_range[0])
        up = (y - y_range[0]) / (y_range[1] - y_range[0])
        return LEFT + across * (WIDTH - LEFT - 10), HEIGHT - BOTTOM - up * (HEIGHT - BOTTOM - 10)

    return place


def _line(points, color, dashed=False):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = ' stroke-dasharray="4 4"' if dashed else ""
    return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"{dash}/>'


def _frame(shapes, x_range, y_range, x_label, y_label, x_percent=True, y_percent=True):
    place = _scale(x_range, y_range)
    axes = _line(
        [place(x_range[0], y_range[1]), place(x_range[0], y_range[0]), place(x_range[1], y_range[0])], "#495057"
    )
    texts = []
    for part in (0, 0.5, 1):
        x_value = x_range[0] + part * (x_range[1] - x_range[0])
        y_value = y_range[0] + part * (y_range[1] - y_range[0])
        x, base = place(x_value, y_range[0])
        _left, y = place(x_range[0], y_value)
        texts.append(_text(x, base + 14, _number(x_value, x_percent), "middle" if part < 1 else "end"))
        texts.append(_text(LEFT - 6, y + 4, _number(y_value, y_percent), "end"))
    texts.append(_text((LEFT + WIDTH) / 2, HEIGHT - 4, x_label, "middle"))
    turn = f"rotate(-90 10 {HEIGHT / 2 - 12:.0f})"
    texts.append(_text(10, HEIGHT / 2 - 12, y_label, "middle", turn))
    body = "".join([axes, *shapes, *texts])
    label = escape(f"{y_label} / {x_label}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="{label}">{body}</svg>'
    )


def _text(x, y, text, anchor, transform=""):
    turned = f' transform="{transform}"' if transform else ""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{turned}'
    return f'<text {place} font-size="11" fill="#495057">{escape(text)}</text>'


def _number(value, percent):
    return f"{100 * value:.3g} %" if percent else f"{value:.3g}"
