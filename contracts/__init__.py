"""What is said: every event of the referral hub, in every version, with the envelope it travels in.

Pydantic and the standard library only; an agency installs this package alone.
"""
