CREATE INDEX steps_of_settled_recalls ON steps (step_id) WHERE event = 'recall.settled';
