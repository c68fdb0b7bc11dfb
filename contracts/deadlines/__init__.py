"""What the clock says."""
