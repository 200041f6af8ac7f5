"""Stand-alone marketplace simulator: a WSGI server that speaks the marketplaces' real protocols.

Plain Python on werkzeug; it imports nothing of Odoo. ``world`` knows products, buyers and orders and nothing of any
wire format; ``spapi`` speaks Amazon's Selling Partner API; each package of ``channels`` speaks another channel's
protocol under ``/<name>/``; ``control`` is the simulator's own interface (``/_sim``).
"""
