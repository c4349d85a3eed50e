"""What the benchmark of the live stream is made of; `benchmarks/stream.py` runs it."""
