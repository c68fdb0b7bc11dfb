"""What replays ask of notification, and how they go."""
