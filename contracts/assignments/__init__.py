"""What assignment says."""
