"""What intake says of messages that were not admitted."""
