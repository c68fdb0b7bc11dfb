-- Intake destroys the key of a record that is erased, and can change a key in no other way.

CREATE FUNCTION destroy(record text) RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = keys, pg_temp AS $$
    WITH gone AS (
        UPDATE record_keys SET wrapped = NULL, destroyed_at = now()
        WHERE record_id = record AND wrapped IS NOT NULL RETURNING record_id
    )
    SELECT EXISTS (SELECT FROM gone)
$$;
REVOKE ALL ON FUNCTION destroy(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION destroy(text) TO hub_intake;
