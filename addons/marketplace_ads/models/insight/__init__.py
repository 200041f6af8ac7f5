from . import (
    figures,
    insight,
    insight_factor,
    insight_line,
    insight_text,
    stockout,
    traffic,
    traffic_fetch,
    traffic_layout,
)
