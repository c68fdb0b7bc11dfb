CREATE INDEX steps_of_overdue_intakes ON steps (referral_id) WHERE event = 'intake.overdue';
