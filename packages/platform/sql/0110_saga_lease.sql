set local role finaegis_owner;

-- Whose hands a saga is in: another value each time it changes hands, so that a worker that slept while others took over is known by its own.
alter table saga_queue add column lease uuid not null default gen_random_uuid();
