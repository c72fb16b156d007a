set local role finaegis_owner;

-- Keys of subjects are made by the commit that first needs them. Raises when the key a value was sealed under is not the one the subject has by
-- now: another commit made it first, so the command must be prepared again. An erased subject has an empty key, which everybody may meet.
create function finaegis_require_key(stored bytea, sent bytea) returns boolean language plpgsql as $$
begin
  if stored <> sent and stored <> '' then
    raise exception 'the key of a subject was made by another transaction' using errcode = 'FA004';
  end if;
  return true;
end
$$;
