"""What eligibility says."""
