CREATE INDEX steps_of_awaited_arrivals ON steps (referral_id) WHERE event = 'arrival.awaited';
