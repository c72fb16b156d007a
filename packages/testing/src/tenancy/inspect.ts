import { durableWithoutEvents, tablesOutsideTenancy } from '@finaegis/platform/tenancy/tables-outside';
import type { ClientBase } from 'pg';
import { type Relation, readDefinerFunctions, readRelations } from './catalog.ts';

// As PostgreSQL writes the expression of finaegis_protect back.
const policyUsing =
  "(tenant_id = ANY (( SELECT (string_to_array(NULLIF(current_setting('app.tenants'::text, true), ''::text), ','::text))::uuid[] AS string_to_array)::uuid[]))";

// What each role may be granted at most. TRUNCATE, REFERENCES, TRIGGER and MAINTAIN belong to nobody: none of them is held by row-level security.
const grantable: Readonly<Record<string, readonly string[]>> = {
  finaegis_write: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  finaegis_read: ['SELECT'],
  finaegis_system: ['SELECT'],
};

// What the system role writes besides: the sealer's own tables, for all tenants.
const systemWrites: Readonly<Record<string, readonly string[]>> = {
  audit_tiles: ['INSERT', 'UPDATE'],
  audit_heads: ['INSERT'],
  audit_keys: ['INSERT'],
};

const definerFunctions: Readonly<Record<string, { readonly owner: string; readonly grantees: readonly string[] }>> = {
  // Sees every tenant's keys to find the one whose whole prefix it is given; see 0060_api_keys.sql.
  'finaegis_find_api_key(text)': { owner: 'finaegis_system', grantees: ['finaegis_read'] },
  // As with keys, for sessions; see 0181_sessions.sql.
  'finaegis_find_session(text)': { owner: 'finaegis_system', grantees: ['finaegis_read'] },
  // Runs as the owner, whom row-level security binds; it reads no row and gives none back.
  'finaegis_analyze()': { owner: 'finaegis_owner', grantees: ['finaegis_write'] },
};

/**
 * Holds every relation and function in the database against the rules of tenancy, from PostgreSQL's own catalogue.
 * @returns what is wrong, one sentence each; empty when all is well
 */
export const inspectTenancy = async (client: ClientBase): Promise<readonly string[]> => {
  const relations = await readRelations(client);
  const outside = new Set(tablesOutsideTenancy.map(({ name }) => name));
  const names = new Set(relations.map(({ name }) => name));
  return [
    ...relations.flatMap((relation) =>
      [...grantFaults(relation), ...(outside.has(relation.name) ? [] : tenancyFaults(relation))].map(
        (fault) => `${relation.name} ${fault}`,
      ),
    ),
    ...[...outside]
      .filter((name) => !names.has(name))
      .map((name) => `${name} is listed outside tenancy, but there is no such table`),
    ...durableWithoutEvents
      .filter(({ name }) => !names.has(name) || outside.has(name))
      .map(({ name }) => `${name} is listed as durable inside tenancy, but there is no such table there`),
    ...(await functionFaults(client)),
  ];
};

/** The tables inside tenancy, partitions left out: what the attack fills and attacks. */
export const tablesInTenancy = async (client: ClientBase): Promise<readonly Relation[]> => {
  const outside = new Set(tablesOutsideTenancy.map(({ name }) => name));
  return (await readRelations(client)).filter(
    ({ name, kind, isPartition }) => (kind === 'r' || kind === 'p') && !isPartition && !outside.has(name),
  );
};

const tenancyFaults = ({
  kind,
  columns,
  isProtected,
  isForced,
  policies,
  uniqueIndexes,
  owner,
}: Relation): readonly string[] => {
  if (kind === 'S') return ['is a sequence, which counts across tenants'];
  if (kind !== 'r' && kind !== 'p') return ['is a view or foreign table, which row-level security does not hold'];
  const faults: string[] = [];
  if (owner !== 'finaegis_owner') faults.push(`is owned by ${owner}`);
  if (!columns.some(({ name, type, isRequired }) => name === 'tenant_id' && type === 'uuid' && isRequired))
    faults.push('has no tenant_id uuid not null');
  if (!isProtected) faults.push('has no row-level security');
  if (!isForced) faults.push('does not force row-level security on its owner');
  // A second permissive policy would be or-ed to the first, so there must be exactly one.
  const [policy] = policies;
  if (policies.length !== 1 || policy === undefined) faults.push(`has ${policies.length} policies`);
  else if (
    !policy.isPermissive ||
    policy.command !== '*' ||
    policy.roles !== '{0}' ||
    policy.using !== policyUsing ||
    policy.check !== null
  )
    faults.push(`has a policy of its own making: ${JSON.stringify(policy)}`);
  for (const index of uniqueIndexes)
    if (index.firstColumn !== 'tenant_id')
      faults.push(
        `has the unique index ${index.name}, which starts with ${index.firstColumn ?? 'an expression'}: a tenant could learn another's keys by colliding with them`,
      );
  return faults;
};

const grantFaults = ({ isPartition, grants, name, kind }: Relation): readonly string[] => {
  const faults: string[] = [];
  for (const { grantee, privilege } of grants) {
    if (isPartition) faults.push(`is a partition with a grant (${privilege} to ${grantee})`);
    else if (grantable[grantee]?.includes(privilege) !== true && !isSealing(name, grantee, privilege))
      faults.push(`grants ${privilege} to ${grantee}`);
  }
  const mayChange = grants.some(({ privilege }) => privilege === 'UPDATE' || privilege === 'DELETE');
  if (name === 'events' && kind === 'p' && mayChange) faults.push('grants changes of events');
  return faults;
};

const isSealing = (table: string, grantee: string, privilege: string): boolean =>
  grantee === 'finaegis_system' && systemWrites[table]?.includes(privilege) === true;

const functionFaults = async (client: ClientBase): Promise<readonly string[]> =>
  (await readDefinerFunctions(client)).flatMap(({ name, owner, grantees, settings }) => {
    const known = definerFunctions[name];
    if (known === undefined) return [`${name} runs with its owner's rights, and is not in the list of those that may`];
    const faults: string[] = [];
    if (owner !== known.owner) faults.push(`${name} is owned by ${owner}`);
    if (grantees.toSorted().join() !== known.grantees.toSorted().join())
      faults.push(`${name} is granted to ${grantees.join()}`);
    if (settings?.includes('search_path=') !== true) faults.push(`${name} does not fix its search_path`);
    return faults;
  });
