"""Notification tells each agency what it may know, and nothing else.

It folds all facts of a person into one dossier, decides which notices are due, and asks at the last moment, in one
function, what the recipient may have now; its carrier is the only way to an agency's lane. Every yes and every no is
said on `hub.disclosures`.
"""
