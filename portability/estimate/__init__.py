"""A register of members through the same law as one case: read, run in batches, told."""
