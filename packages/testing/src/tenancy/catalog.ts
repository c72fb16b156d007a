import type { ClientBase } from 'pg';

/** A table, partition or view as PostgreSQL's catalogue describes it. */
export interface Relation {
  readonly name: string;
  readonly kind: 'r' | 'p' | 'v' | 'm' | 'f' | 'S';
  readonly isPartition: boolean;
  /** Of a partition: the table it belongs to, and the bound, `FOR VALUES IN ('ledger')`. */
  readonly parent: string | null;
  readonly bound: string | null;
  readonly owner: string;
  readonly isProtected: boolean;
  readonly isForced: boolean;
  readonly columns: readonly Column[];
  readonly grants: readonly { readonly grantee: string; readonly privilege: string }[];
  readonly policies: readonly {
    readonly name: string;
    readonly isPermissive: boolean;
    readonly command: string;
    readonly roles: string;
    readonly using: string | null;
    readonly check: string | null;
  }[];
  readonly uniqueIndexes: readonly { readonly name: string; readonly firstColumn: string | null }[];
  /** CHECK and foreign key constraints of its own, which stand in the way of made-up rows. */
  readonly constraints: readonly string[];
}

/** One column. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
}

const relations = `
select c.oid::regclass::text as name, c.relkind::text as kind, c.relispartition as "isPartition",
  (select i.inhparent::regclass::text from pg_inherits i where i.inhrelid = c.oid) as parent,
  pg_get_expr(c.relpartbound, c.oid) as bound, c.relowner::regrole::text as owner,
  c.relrowsecurity as "isProtected", c.relforcerowsecurity as "isForced",
  coalesce((select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
      'isRequired', a.attnotnull and not a.atthasdef and a.attidentity = '' and a.attgenerated = '') order by a.attnum)
    from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]') as columns,
  coalesce((select json_agg(json_build_object('grantee', case x.grantee when 0 then 'public' else x.grantee::regrole::text end, 'privilege', x.privilege_type))
    from aclexplode(coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))) x where x.grantee <> c.relowner), '[]') as grants,
  coalesce((select json_agg(json_build_object('name', p.polname, 'isPermissive', p.polpermissive, 'command', p.polcmd, 'roles', p.polroles::oid[]::text,
      'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid)))
    from pg_policy p where p.polrelid = c.oid), '[]') as policies,
  coalesce((select json_agg(json_build_object('name', i.indexrelid::regclass::text,
      'firstColumn', (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = i.indkey[0])))
    from pg_index i where i.indrelid = c.oid and i.indisunique), '[]') as "uniqueIndexes",
  coalesce((select json_agg(k.conname) from pg_constraint k where k.conrelid = c.oid and k.contype in ('c', 'f')), '[]') as constraints
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_t%'
order by 1`;

/** Everything in the database that can hold or show rows, whoever made it and whatever for. */
export const readRelations = async (client: ClientBase): Promise<readonly Relation[]> =>
  (await client.query<Relation>(relations)).rows;

/** A function that runs with its owner's rights. */
export interface DefinerFunction {
  readonly name: string;
  readonly owner: string;
  readonly grantees: readonly string[];
  readonly settings: string | null;
}

/** Every SECURITY DEFINER function outside PostgreSQL's own schemas. */
export const readDefinerFunctions = async (client: ClientBase): Promise<readonly DefinerFunction[]> => {
  const { rows } = await client.query<DefinerFunction>(`
    select p.oid::regprocedure::text as name, p.proowner::regrole::text as owner, p.proconfig::text as settings,
      coalesce((select json_agg(case x.grantee when 0 then 'public' else x.grantee::regrole::text end)
        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x where x.grantee <> p.proowner), '[]') as grantees
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema') order by 1`);
  return rows;
};
