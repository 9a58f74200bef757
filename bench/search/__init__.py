"""The parts of `bench_search`: generated data as columns, a NumPy floor over them, and everything that is measured beside it."""
