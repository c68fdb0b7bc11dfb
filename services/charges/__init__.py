"""Charges keeps the hold of a diverted arrest's charge: until which day, and what became of it.

The office that gets that police's cases owns the charge; the hub never files one, nor causes one to be filed. The one
condition is an intake done by the day. Nothing after it brings the charge back, whatever the office may be told of it.
"""
