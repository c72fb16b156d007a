import { platformTenantId } from '@finaegis/platform/auth/principal';
import { inTransaction } from '@finaegis/platform/database/transaction';
import { ProblemError } from '@finaegis/platform/http/problem';
import type { Services } from '@finaegis/platform/services';
import type { AssetDirectory, AssetFacts } from './contract.ts';
import { readAssets } from './views/assets.ts';

/** What a directory over the database needs. */
export interface DirectoryOptions {
  readonly services: Pick<Services, 'readPool' | 'now'>;
  /** Milliseconds that only go forward. */
  readonly clockMs?: () => number;
}

interface Known {
  readonly facts: AssetFacts;
  readonly readAtMs: number;
}

type Waiting = Map<string, { resolve(facts: AssetFacts | undefined): void; reject(error: unknown): void }[]>;

// An asset can be ended; whoever books it must hear of that within a second.
const freshMs = 1_000;
const knownMax = 50_000;

/**
 * The registry as neighbours read it: each asset at most once a second and tenant, and all that are asked for in one turn with one query.
 * What is not registered is asked for anew every time, so that a registration counts at once in every process.
 */
export const assetDirectory = ({ services, clockMs = () => performance.now() }: DirectoryOptions): AssetDirectory => {
  const known = new Map<string, Known>();
  const waiting = new Map<string, Waiting>();
  const underWay = new Map<string, { readonly sinceMs: number; readonly found: Promise<AssetFacts | undefined> }>();

  const keep = (tenantId: string, facts: AssetFacts, readAtMs: number): void => {
    if (known.size >= knownMax) known.clear();
    known.set(`${tenantId}/${facts.code}`, { facts, readAtMs });
  };

  const answer = async (tenantId: string): Promise<void> => {
    const asked = waiting.get(tenantId) ?? (new Map() as Waiting);
    waiting.delete(tenantId);
    const readAtMs = clockMs();
    try {
      const found = await lookUp(services, tenantId, [...asked.keys()]);
      for (const facts of found.values()) keep(tenantId, facts, readAtMs);
      for (const [code, callers] of asked) for (const { resolve } of callers) resolve(found.get(code));
    } catch (error) {
      for (const callers of asked.values()) for (const { reject } of callers) reject(error);
    }
  };

  const ask = (tenantId: string, code: string): Promise<AssetFacts | undefined> =>
    new Promise((resolve, reject) => {
      const codes = waiting.get(tenantId) ?? (new Map() as Waiting);
      if (codes.size === 0) {
        waiting.set(tenantId, codes);
        queueMicrotask(() => void answer(tenantId));
      }
      codes.set(code, [...(codes.get(code) ?? []), { resolve, reject }]);
    });

  // When reading takes longer than what is read stays fresh, everybody who asks meanwhile would ask anew, and make it take longer still.
  const askTogether = async (tenantId: string, code: string): Promise<AssetFacts | undefined> => {
    const name = `${tenantId}/${code}`;
    const sinceMs = clockMs();
    const before = underWay.get(name);
    if (before !== undefined && sinceMs - before.sinceMs < freshMs) {
      const facts = await before.found;
      if (facts !== undefined) return facts;
    }
    const found = ask(tenantId, code);
    const mine = { sinceMs, found };
    underWay.set(name, mine);
    try {
      return await found;
    } finally {
      if (underWay.get(name) === mine) underWay.delete(name);
    }
  };

  return {
    get: async (tenantId, code) => {
      const found = known.get(`${tenantId}/${code}`);
      return found !== undefined && clockMs() - found.readAtMs < freshMs ? found.facts : askTogether(tenantId, code);
    },
    today: () => services.now().slice(0, 10),
    refuse: (error) => {
      throw new ProblemError('validation_failed', { errors: [error] });
    },
  };
};

// Both registries in one read: the platform's is no tenant's secret, and the tenant's own is the reader's.
const lookUp = async (
  { readPool }: Pick<Services, 'readPool'>,
  tenantId: string,
  codes: readonly string[],
): Promise<ReadonlyMap<string, AssetFacts>> => {
  const tenantIds = [...new Set([platformTenantId, tenantId])];
  const found = await inTransaction(readPool, { tenants: tenantIds, readOnly: true }, (tx) =>
    readAssets(tx, { tenantIds, codes }),
  );
  // The tenant's own comes last and so wins: it may have had the code before the platform did, and its amounts are counted by it.
  return new Map([...found].sort((a) => (a.tenantId === tenantId ? 1 : -1)).map((facts) => [facts.code, facts]));
};
