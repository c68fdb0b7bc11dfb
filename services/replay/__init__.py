"""Replay tells again, or has read again, what the hub said before: planned, approved, run and proved.

It keeps what was told to whom, by the hub's own ids, and asks notification, which judges each item anew. It opens
nothing, and nothing reaches a lane but by way of notification.
"""
