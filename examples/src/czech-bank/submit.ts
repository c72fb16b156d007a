import type { ImportTarget } from '@finaegis/cli/import/import-target';
import type { CommandHandler, Refusal } from '@finaegis/platform/command/handler';

/** The bank, tenant and entity the example runs in, and the name of the source its records come from. */
export type Branch = Pick<ImportTarget, 'bank' | 'tenantId' | 'entity' | 'source'>;

/** How one command ended. */
export type Ended<Result, R> =
  | { readonly accepted: true; readonly isRepeat: boolean; readonly result: Result }
  | { readonly accepted: false; readonly refusal: R };

/** Submits a command on the bulk lane. */
export const submit = async <Data, Refs, Result, R extends Refusal>(
  { bank, tenantId }: Pick<Branch, 'bank' | 'tenantId'>,
  handler: CommandHandler<Data, Refs, Result, R>,
  data: Data,
): Promise<Ended<Result, R>> => {
  const metadata = { actor: 'czech-bank', channel: 'import', correlation: 'czech-bank' };
  const settled = await bank.services.commands.submit(handler, data, {
    tenantId,
    metadata,
    lane: 'bulk',
    timeoutMs: 120_000,
  });
  if (settled.kind !== 'decided') throw new Error(`${handler.name} was not decided: ${settled.kind}.`);
  return settled.outcome;
};

/** Submits a command that must not be refused. */
export const demand = async <Data, Refs, Result, R extends Refusal>(
  branch: Pick<Branch, 'bank' | 'tenantId'>,
  handler: CommandHandler<Data, Refs, Result, R>,
  data: Data,
): Promise<{ readonly isRepeat: boolean; readonly result: Result }> => {
  const ended = await submit(branch, handler, data);
  if (!ended.accepted)
    throw new Error(
      `${handler.name} was refused: ${JSON.stringify(ended.refusal, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))}`,
    );
  return ended;
};
