"""What the hub may tell an agency, on that agency's own lane."""
