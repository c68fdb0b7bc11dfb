"""Intake is the door: the only reader of what agencies say.

It proves who speaks, judges whether they may say it and whether it is sound, gives every referral its id and every
person a reference, seals what is private, recognises people, and answers whatever it does not admit.
"""
