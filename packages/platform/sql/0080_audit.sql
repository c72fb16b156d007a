set local role finaegis_owner;

-- The audit log (RFC 9162): the sealer folds each tenant's events, by their hashes and in seq order, into a Merkle tree and signs its heads.
-- The tree is a pure function of the log, so what is here can be made again; the signatures and their instants cannot.

-- The nodes of the tree, 256 to a row: level 0 holds leaf hashes, level n the roots of complete subtrees of 256^n leaves. A proof reads one row per
-- level and side. A tile is written from left to right and never otherwise.
create table audit_tiles (
  tenant_id uuid not null,
  level smallint not null,
  index bigint not null,
  hashes bytea not null,
  primary key (tenant_id, level, index)
);
-- Hashes do not compress; stored as they are, a part of a tile is read without the rest.
alter table audit_tiles alter column hashes set storage external;
select finaegis_protect('audit_tiles');

create function finaegis_tile_grows() returns trigger language plpgsql as $$
begin
  if substr(new.hashes, 1, octet_length(old.hashes)) is distinct from old.hashes
    or (new.tenant_id, new.level, new.index) is distinct from (old.tenant_id, old.level, old.index) then
    raise exception 'tiles of the audit log only grow' using errcode = 'FA002';
  end if;
  return new;
end
$$;
create trigger only_grows before update on audit_tiles for each row execute function finaegis_tile_grows();
create trigger refuse_delete before delete on audit_tiles for each row execute function finaegis_refuse_change();
create trigger refuse_truncate before truncate on audit_tiles for each statement execute function finaegis_refuse_change();

-- The signed heads, one per size: two signatures of one size would be the beginning of a fork.
create table audit_heads (
  tenant_id uuid not null,
  size bigint not null,
  epoch uuid not null,
  root bytea not null,
  signed_at timestamptz(3) not null,
  key_id text not null,
  signature bytea not null,
  primary key (tenant_id, size)
);
select finaegis_protect('audit_heads');
create trigger refuse_change before update or delete on audit_heads for each row execute function finaegis_refuse_change();
create trigger refuse_truncate before truncate on audit_heads for each statement execute function finaegis_refuse_change();

-- The keys that sign heads, each announced by the one before it. They are the installation's, so their rows belong to the platform tenant. A key is
-- retired by the next one's beginning.
create table audit_keys (
  tenant_id uuid not null,
  number integer not null,
  key_id text not null,
  public_key bytea not null,
  valid_from timestamptz(3) not null,
  announced_by text not null,
  signature bytea not null,
  primary key (tenant_id, number),
  unique (tenant_id, key_id)
);
select finaegis_protect('audit_keys');
create trigger refuse_change before update or delete on audit_keys for each row execute function finaegis_refuse_change();
create trigger refuse_truncate before truncate on audit_keys for each statement execute function finaegis_refuse_change();

-- Of all it may see, the system role writes these three tables only.
grant select, insert, update on audit_tiles to finaegis_system;
grant select, insert on audit_heads, audit_keys to finaegis_system;
grant select on audit_tiles, audit_heads, audit_keys to finaegis_read;

-- A proof is asked for by an event's id. Ids are ordered by time like the table itself, so the lowest and highest of each few pages lead to it, at
-- next to no cost for whoever appends.
create index events_id on events using brin (id) with (pages_per_range = 32, autosummarize = on);
