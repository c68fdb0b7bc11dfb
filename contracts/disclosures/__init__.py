"""What notification says of everything that was told, and of everything that was not."""
