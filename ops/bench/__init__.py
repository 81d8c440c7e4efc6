"""Benches: each suite measures the bars of one promise, as ratios within one interleaved run."""
