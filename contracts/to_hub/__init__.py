"""What an agency may say to the hub, on its own topic."""
