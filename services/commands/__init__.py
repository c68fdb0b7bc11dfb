"""The commands of `hub`, one file for each group. They hold no rule of the domain: they ask, wire and show."""
