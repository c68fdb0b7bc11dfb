"""What intake says of messages that were not admitted, or not yet."""
