"""Eligibility says what the policy in force finds of a referral, clause by clause, and asks a person what is unknown.

It keeps, of each person, the referrals as they now stand, what was found of them, the reviews, and whether an officer
still waits: only then a review is urgent. It knows no name and no address: age, offences, amounts and the sender's own
checks are all it is given. It never says "no room".
"""
