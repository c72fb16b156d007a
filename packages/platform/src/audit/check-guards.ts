import type { Pool } from 'pg';

/** What can be wrong with the tables the log is read from, apart from what stands in them. */
export type GuardFaultCode =
  | 'table_replaced'
  | 'policy_changed'
  | 'rule_added'
  | 'index_missing'
  | 'trigger_changed'
  | 'function_changed';

/** Something that a superuser put around a table, or took away from it. */
export interface GuardFault {
  readonly code: GuardFaultCode;
  readonly detail: string;
}

/** A table as the catalogue of the database describes it. */
interface Guarded {
  readonly name: string;
  readonly is_partition: boolean;
  /** `null` where the name leads nowhere. */
  readonly kind: string | null;
  readonly schema: string | null;
  readonly is_protected: boolean;
  readonly is_forced: boolean;
  readonly policies: readonly string[];
  readonly rules: readonly string[];
  readonly triggers: readonly string[];
  readonly has_versions: boolean;
}

// As PostgreSQL prints what `finaegis_protect` made. A second policy, or another condition in this one, could hide rows from whoever verifies.
const isolation =
  "tenant_isolation PERMISSIVE ALL TO public USING (tenant_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('app.tenants'::text, true), ''::text), ','::text))::uuid[] AS string_to_array)::uuid[]))";

const onlyAddedTo = [
  'CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON TABLE FOR EACH ROW EXECUTE FUNCTION finaegis_refuse_change()',
  'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON TABLE FOR EACH STATEMENT EXECUTE FUNCTION finaegis_refuse_change()',
];
const onlyGrown = [
  'CREATE TRIGGER only_grows BEFORE UPDATE ON TABLE FOR EACH ROW EXECUTE FUNCTION finaegis_tile_grows()',
  'CREATE TRIGGER refuse_delete BEFORE DELETE ON TABLE FOR EACH ROW EXECUTE FUNCTION finaegis_refuse_change()',
  'CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON TABLE FOR EACH STATEMENT EXECUTE FUNCTION finaegis_refuse_change()',
];

/** SHA-256 of the body of each function those triggers call, as the migrations made it: a trigger is worth what it calls. */
const bodies: Readonly<Record<string, string>> = {
  finaegis_refuse_change: '66843e939ae322f4d6310ff796d26b8d6de810a08e0d277b8f6ba33eb304c314',
  finaegis_tile_grows: '515b7025ee356a9fb44af7f6f7c7b694a412046978c6c6f329b8ccb205ad27ac',
};
const bodiesStatement = {
  name: 'audit-guard-functions',
  text: `select name, encode(sha256(convert_to(p.prosrc, 'UTF8')), 'hex') as body
    from unnest($1::text[]) as name left join pg_proc p on p.oid = to_regprocedure('public.' || name || '()') order by name`,
};

interface Expected {
  readonly kind: 'p' | 'r';
  readonly isProtected: boolean;
  readonly triggers: readonly string[];
}

/** What verifying reads: the log, how long it is, whose it is, and what was sealed and signed of it. */
const tables: Readonly<Record<string, Expected>> = {
  events: { kind: 'p', isProtected: true, triggers: [] },
  tenants: { kind: 'r', isProtected: false, triggers: [] },
  tenant_heads: { kind: 'r', isProtected: false, triggers: [] },
  log_epoch: { kind: 'r', isProtected: false, triggers: [] },
  audit_tiles: { kind: 'r', isProtected: true, triggers: onlyGrown },
  audit_heads: { kind: 'r', isProtected: true, triggers: onlyAddedTo },
  audit_keys: { kind: 'r', isProtected: true, triggers: onlyAddedTo },
};
const partition: Expected = { kind: 'r', isProtected: true, triggers: onlyAddedTo };

const statement = {
  name: 'audit-guards',
  text: `with guarded as (
      select name, false as is_partition, to_regclass(name)::oid as oid from unnest($1::text[]) as name
      union all
      select inhrelid::regclass::text, true, inhrelid from pg_inherits where inhparent = to_regclass('events'))
    select g.name, g.is_partition, c.relkind::text as kind, n.nspname as schema,
      coalesce(c.relrowsecurity, false) as is_protected, coalesce(c.relforcerowsecurity, false) as is_forced,
      array(select concat(p.polname, case when p.polpermissive then ' PERMISSIVE' else ' RESTRICTIVE' end,
          case p.polcmd::text when '*' then ' ALL' else ' ' || p.polcmd::text end,
          ' TO ' || case when p.polroles = '{0}' then 'public' else array_to_string(p.polroles::regrole[], ', ') end,
          ' USING ' || pg_get_expr(p.polqual, p.polrelid), ' WITH CHECK ' || pg_get_expr(p.polwithcheck, p.polrelid))
        from pg_policy p where p.polrelid = g.oid order by p.polname) as policies,
      array(select r.rulename::text from pg_rewrite r where r.ev_class = g.oid order by 1) as rules,
      array(select replace(pg_get_triggerdef(t.oid, true), ' ON ' || g.oid::regclass || ' ', ' ON TABLE ')
            || case when t.tgenabled::text in ('O', 'A') then '' else ' (switched off)' end
        from pg_trigger t where t.tgrelid = g.oid and not t.tgisinternal order by t.tgname) as triggers,
      exists (select from pg_index x where x.indrelid = g.oid and x.indisunique and x.indisvalid and x.indpred is null
        and pg_get_indexdef(x.indexrelid) like '%(tenant_id, stream, version)') as has_versions
    from guarded g left join pg_class c on c.oid = g.oid left join pg_namespace n on n.oid = c.relnamespace
    order by g.is_partition, g.name`,
};

/**
 * Whether the tables the log is read from are as the migrations made them: nobody can have a superuser's reader be shown less than there is, by a
 * policy, a rule or another relation under the same name, nor have what keeps the log from being changed switched off.
 * @param pool as finaegis_read
 * @returns `hiding`, which makes everything that is read doubtful, and `lax`, which only lets changes happen, each the first thing found
 */
export const checkGuards = async (
  pool: Pool,
): Promise<{ readonly hiding: GuardFault | undefined; readonly lax: GuardFault | undefined }> => {
  const { rows } = await pool.query<Guarded>({ ...statement, values: [Object.keys(tables)] });
  const first = (look: (table: Guarded, expected: Expected) => GuardFault | undefined): GuardFault | undefined => {
    for (const table of rows) {
      const fault = look(table, table.is_partition ? partition : (tables[table.name] ?? partition));
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
  return { hiding: first(hidingFault), lax: first(triggerFault) ?? (await functionFault(pool)) };
};

const functionFault = async (pool: Pool): Promise<GuardFault | undefined> => {
  const { rows } = await pool.query<{ name: string; body: string | null }>({
    ...bodiesStatement,
    values: [Object.keys(bodies)],
  });
  const changed = rows.find(({ name, body }) => body !== bodies[name]);
  return changed === undefined
    ? undefined
    : { code: 'function_changed', detail: `${changed.name} is not the function that was migrated` };
};

const hidingFault = (table: Guarded, expected: Expected): GuardFault | undefined => {
  const { name } = table;
  if (table.kind !== expected.kind || table.schema !== 'public')
    return { code: 'table_replaced', detail: `${name} is not the table that was migrated: ${whatItIs(table)}` };
  if (table.rules.length > 0)
    return { code: 'rule_added', detail: `${name} has the rule ${table.rules.join(', ')}; no rule belongs there` };
  const isAsMade = expected.isProtected
    ? table.is_protected && table.is_forced && table.policies.length === 1 && table.policies[0] === isolation
    : !table.is_protected && table.policies.length === 0;
  if (!isAsMade) return { code: 'policy_changed', detail: `${name} ${policyFault(table, expected)}` };
  // Stretches look at versions in part only; that no stream has one twice is this index's word.
  return table.is_partition && !table.has_versions
    ? {
        code: 'index_missing',
        detail: `${name} has lost its unique index over stream and version; make it again to go on`,
      }
    : undefined;
};

const kinds: Readonly<Record<string, string>> = { v: 'a view', m: 'a materialised view', f: 'a foreign table' };

const whatItIs = ({ kind, schema }: Guarded): string =>
  kind === null ? 'there is none' : `it is ${kinds[kind] ?? `a relation of kind ${kind}`} in ${schema}`;

const policyFault = ({ is_protected: isOn, is_forced: isForced, policies }: Guarded, expected: Expected): string => {
  if (!expected.isProtected)
    return `has row-level security, which does not belong there: ${policies.join('; ') || 'no policy, so no row is shown'}`;
  if (!isOn || !isForced) return 'has lost its row-level security';
  const others = policies.filter((policy) => policy !== isolation);
  return others.length === 0 ? 'has lost its policy' : `has a policy that does not belong there: ${others.join('; ')}`;
};

const triggerFault = ({ name, triggers }: Guarded, expected: Expected): GuardFault | undefined => {
  const lost = expected.triggers.find((trigger) => !triggers.includes(trigger));
  const added = triggers.find((trigger) => !expected.triggers.includes(trigger));
  if (lost === undefined && added === undefined) return undefined;
  const said = [
    ...(added === undefined ? [] : [`it has ${added}`]),
    ...(lost === undefined ? [] : [`it should have ${lost}`]),
  ];
  return {
    code: 'trigger_changed',
    detail: `the triggers of ${name} are not those that were migrated: ${said.join('; ')}`,
  };
};
