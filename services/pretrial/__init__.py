"""Pretrial keeps the road of a court pretrial diversion: from the motion to the dismissal, or to its termination.

It is one road a person and case, beside case management and independent of it. It says where each stands, what the
program owes the court by when, and which report is to be filed under seal; to whom a report may go, notification asks
at the last moment. Police are no part of it. Source: RCW 69.50.4017.
"""
