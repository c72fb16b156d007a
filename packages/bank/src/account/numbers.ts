import { read, type Services } from '@finaegis/platform/services';
import { identifiersName } from './views/identifiers.ts';

/** Whose number it is, and which number an account has; for neighbours that pay and are paid by numbers. */
export interface AccountNumbers {
  /** The account with an IBAN in its electronic form. */
  accountOf(tenantId: string, iban: string): Promise<string | undefined>;
  ibanOf(tenantId: string, accountId: string): Promise<string | undefined>;
  /** Both of many at once, by what was asked for; what is not found is left out. */
  accountsOf(tenantId: string, ibans: readonly string[]): Promise<ReadonlyMap<string, string>>;
  ibansOf(tenantId: string, accountIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Numbers as they were last committed. */
export const createAccountNumbers = (services: Pick<Services, 'readPool'>): AccountNumbers => ({
  accountOf: (tenantId, iban) =>
    read(services, tenantId, async (tx) => {
      const { rows } = await tx.query<{ account_id: string }>({
        name: 'account-of-iban',
        text: `select account_id from ${identifiersName} where tenant_id = $1 and scheme = 'iban' and scope = '' and value = $2`,
        values: [tenantId, iban],
      });
      return rows[0]?.account_id;
    }),
  ibanOf: (tenantId, accountId) =>
    read(services, tenantId, async (tx) => {
      const { rows } = await tx.query<{ value: string }>({
        name: 'iban-of-account',
        text: `select value from ${identifiersName}
          where tenant_id = $1 and account_id = $2 and account_id <> '' and scheme = 'iban' order by value limit 1`,
        values: [tenantId, accountId],
      });
      return rows[0]?.value;
    }),
  accountsOf: (tenantId, ibans) =>
    read(services, tenantId, async (tx) => {
      const { rows } = await tx.query<{ value: string; account_id: string }>({
        name: 'accounts-of-ibans',
        text: `select value, account_id from ${identifiersName} where tenant_id = $1 and scheme = 'iban' and scope = '' and value = any ($2)`,
        values: [tenantId, ibans],
      });
      return new Map(rows.map((row) => [row.value, row.account_id]));
    }),
  ibansOf: (tenantId, accountIds) =>
    read(services, tenantId, async (tx) => {
      const { rows } = await tx.query<{ account_id: string; value: string }>({
        name: 'ibans-of-accounts',
        text: `select account_id, min(value) as value from ${identifiersName}
          where tenant_id = $1 and account_id = any ($2) and account_id <> '' and scheme = 'iban' group by account_id`,
        values: [tenantId, accountIds],
      });
      return new Map(rows.map((row) => [row.account_id, row.value]));
    }),
});
