"""What the road of court pretrial diversion says."""
