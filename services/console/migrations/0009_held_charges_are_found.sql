CREATE INDEX steps_of_charges ON steps (referral_id) WHERE service = '/hub/charges';
