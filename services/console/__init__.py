"""The console: what operators see. It hears every hub fact and keeps the timeline, open reviews and proposed links.

Promise: whatever happens to a referral is one line here, with its time, its service and its cause; and nobody's
identity is ever in it. From the ledger it writes what the law and the person ask: who was told what, when and why; a
one-time code shows that to a helper without a login, once.
"""
