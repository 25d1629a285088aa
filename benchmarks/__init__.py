"""Measures Quoth on real data: `python -m benchmarks`. Ships with the source, not with the package."""
