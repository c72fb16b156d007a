import { z } from 'zod';
import { amountSchema } from '../../http/amount.ts';
import type { WriteAmount } from '../../http/refusal-facts.ts';
import { read, type Services } from '../../services.ts';
import type { CommandPolicyRow } from '../policies-table.ts';

/** Amounts as they are read and written, which takes the decimals of assets. */
export interface AmountPorts {
  /** @throws ProblemError `validation_failed` at the field */
  read(
    tenantId: string,
    written: { readonly amount: string; readonly asset: string },
    field: string,
  ): Promise<{ readonly asset: string; readonly amountMinor: bigint }>;
  writer(tenantId: string, assets: readonly string[]): Promise<WriteAmount>;
}

/** The name of a command, as policies write it. */
export const commandName = z
  .string()
  .regex(/^[a-z][a-z-]{0,39}\.[A-Z][A-Za-z0-9]{0,59}$/, 'must be the name of a command such as ledger.PostJournal');

/** What every policy about a command is answered with. */
export const policyFields = {
  command: z.string(),
  from: z.array(amountSchema).describe('From which amounts on, by asset; always when empty.'),
  isInForce: z.boolean(),
  changedAt: z.string().optional(),
};

/** What every policy about a command is set with. */
export const policyTerms = {
  command: commandName,
  from: z.array(amountSchema).max(50).default([]).describe('One amount an asset; empty for always.'),
};

/** The fields above of a row. */
export const showPolicy = (
  { command, thresholds, isInForce, changedAt }: CommandPolicyRow,
  amount: WriteAmount,
): { command: string; from: ReturnType<WriteAmount>[]; isInForce: boolean; changedAt: string } => ({
  command,
  from: thresholds.map(({ asset, amountMinor }) => amount(asset, BigInt(amountMinor))),
  isInForce,
  changedAt,
});

/**
 * The amounts of a policy as a command carries them, and their writer for the answer.
 * @throws ProblemError `validation_failed` at `/body/from/{index}`
 */
export const readFrom = async (
  amounts: AmountPorts,
  tenantId: string,
  written: z.output<typeof policyTerms.from>,
): Promise<{
  readonly from: readonly { readonly asset: string; readonly amountMinor: bigint }[];
  readonly amount: WriteAmount;
}> => {
  const from = await Promise.all(written.map((one, index) => amounts.read(tenantId, one, `/body/from/${index}`)));
  const amount = await amounts.writer(
    tenantId,
    from.map(({ asset }) => asset),
  );
  return { from, amount };
};

/** The policies of a tenant that are in force, with a writer of their amounts. */
export const policiesInForce = async <Row extends CommandPolicyRow>(
  { services, amounts }: { readonly services: Pick<Services, 'readPool'>; readonly amounts: AmountPorts },
  tenantId: string,
  { table, columns }: { readonly table: string; readonly columns: string },
): Promise<{ readonly rows: readonly Row[]; readonly amount: WriteAmount }> => {
  const { rows } = await read(services, tenantId, (tx) =>
    tx.query<Row & Record<string, unknown>>({
      name: `list-${table}`,
      text: `select ${columns} from ${table} p where p.tenant_id = $1 and p.is_in_force order by p.command`,
      values: [tenantId],
    }),
  );
  const amount = await amounts.writer(
    tenantId,
    rows.flatMap(({ thresholds }) => thresholds.map(({ asset }) => asset)),
  );
  return { rows, amount };
};
