"""How fast the hub is, as ratios to the raw limit and to the tutorial style, in one run on one machine."""
