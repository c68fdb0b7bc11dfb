"""What consent says."""
