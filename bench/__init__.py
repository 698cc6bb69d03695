"""Benchmarks, each against its peer in the same run, interleaved; ratios count, absolute figures are printed beside them."""
