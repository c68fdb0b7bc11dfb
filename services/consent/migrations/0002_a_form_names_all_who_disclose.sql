-- A kept form says who discloses as a list; version 1 named one, and left a signature on paper unsaid.

UPDATE registers SET state = jsonb_set(state::jsonb, '{signings}', (
    SELECT jsonb_object_agg(message, jsonb_set(signing, '{signed}',
        '{"signature": "paper"}'::jsonb || ((signing -> 'signed') - 'discloser')
        || jsonb_build_object('disclosers', jsonb_build_array(signing -> 'signed' -> 'discloser'))
    ))
    FROM jsonb_each(state::jsonb -> 'signings') AS kept (message, signing)
))::text
WHERE state::jsonb ? 'signings' AND state::jsonb -> 'signings' <> '{}'::jsonb;
