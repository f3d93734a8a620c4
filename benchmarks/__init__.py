"""Side-by-side ratios, measured in one run; never a timed assertion in a test."""
