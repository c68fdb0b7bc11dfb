"""The console: what operators see. It hears every hub fact and keeps the timeline, open reviews and proposed links.

Promise: whatever happens to a referral is one line here, with its time, its service and its cause; and nobody's
identity is ever in it.
"""
