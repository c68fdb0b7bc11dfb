"""Consent says which signed consents count, and from when until when they do.

It keeps, of each person, what was signed before whom, what was taken back, and who has to do with the person. A consent
counts only from a witness who may be one and who already has a relation to the person. It knows what a consent is
about, never who the person is; whether something may be told under it, notification asks at the last moment.
"""
