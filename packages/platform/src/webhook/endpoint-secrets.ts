import type { Pool } from 'pg';
import { inTransaction } from '../database/transaction.ts';
import type { PersonalData } from '../event-store/personal-data.ts';
import { erased } from '../event-store/personal-ref.ts';
import type { LeasedDelivery } from './delivery-queue.ts';

/** Secrets and headers of endpoints, unsealed for as long as they are used. */
export interface EndpointSecrets {
  /** Reads what these deliveries need and is not known. */
  load(deliveries: readonly LeasedDelivery[]): Promise<void>;
  /** What is known of one, as of an instant. */
  of(
    delivery: LeasedDelivery,
    now: string,
  ): { readonly secrets: readonly string[]; readonly headers: Readonly<Record<string, string>> };
}

// Unsealing each time would cost more than delivering does; a deleted endpoint's deliveries are not taken in hand, so no longer is no harm.
const knownMs = 60_000;

/** Over what is sealed as personal data. */
export const createEndpointSecrets = ({
  pool,
  personalData,
}: {
  readonly pool: Pool;
  readonly personalData: Pick<PersonalData, 'read'>;
}): EndpointSecrets => {
  const known = new Map<string, { readonly value: string; readonly until: number }>();

  const read = async (tenantId: string, refs: readonly string[]): Promise<void> => {
    const values = await inTransaction(pool, { tenants: [tenantId], readOnly: true }, (tx) =>
      personalData.read(tx, tenantId, refs),
    );
    const until = performance.now() + knownMs;
    for (const [ref, value] of values) known.set(ref, { value, until });
  };

  return {
    load: async (deliveries) => {
      const now = performance.now();
      for (const [ref, { until }] of known) if (until <= now) known.delete(ref);
      const missing = new Map<string, Set<string>>();
      for (const { tenantId, secrets, headersRef } of deliveries) {
        const refs = [...secrets.map(({ ref }) => ref), ...(headersRef === null ? [] : [headersRef])];
        for (const ref of refs.filter((one) => !known.has(one)))
          missing.set(tenantId, (missing.get(tenantId) ?? new Set()).add(ref));
      }
      for (const [tenantId, refs] of missing) await read(tenantId, [...refs]);
    },
    of: ({ secrets, headersRef }, now) => {
      const valueOf = (ref: string): readonly string[] => {
        const value = known.get(ref)?.value;
        return value === undefined || value === erased ? [] : [value];
      };
      const [headers = '{}'] = headersRef === null ? [] : valueOf(headersRef);
      return {
        secrets: secrets
          .filter(({ validUntil }) => validUntil === undefined || validUntil > now)
          .flatMap(({ ref }) => valueOf(ref)),
        headers: JSON.parse(headers) as Readonly<Record<string, string>>,
      };
    },
  };
};
