CREATE INDEX steps_of_received_referrals ON steps (referral_id) WHERE event = 'referral.received';
