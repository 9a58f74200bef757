"""Figures, measured on the spot: each `bench_*.py` prints its own. They are read by people and fail only when they can't be taken."""
