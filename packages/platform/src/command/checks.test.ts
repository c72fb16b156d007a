import type { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { eventCatalogue } from '../event-store/catalogue.ts';
import type { CheckedCommand, Checks, Verdict } from './checks.ts';
import { createCommands } from './commands.ts';
import { type CommandHandler, defineCommand } from './handler.ts';
import { postgresTools } from './postgres-commit-store.ts';

// No database stands behind it: whatever gets past the checks meets this error.
const noPool = { connect: () => Promise.reject(new Error('reached the database')) } as unknown as Pool;
const book: CommandHandler<{ amount: string }, undefined> = defineCommand({
  name: 'test.Book',
  schema: undefined as never,
  permission: '',
  loads: () => ({}),
  decide: () => ({ accepted: true, events: [] }),
  result: () => undefined,
});

const submit = (
  check: (command: CheckedCommand) => Promise<Verdict>,
  { isDryRun = false, isChecked = true } = {},
): Promise<unknown> => {
  const checks: Checks = { check };
  const commands = createCommands({
    ...postgresTools({ pool: noPool, catalogue: eventCatalogue([]), tables: [], newEventId: () => '' }),
    checks,
    checkedCommands: new Set(isChecked ? ['test.Book'] : []),
  });
  return commands.submit(
    book,
    { amount: '1' },
    {
      tenantId: '0190a000-0000-7000-8000-000000000001',
      metadata: { actor: 'a', channel: 'test', correlation: 'c' },
      isDryRun,
    },
  );
};

describe('the checks before booking', () => {
  it('fail closed: a check that cannot be asked books nothing', async () => {
    await expect(submit(() => Promise.reject(new Error('the screening service is down')))).rejects.toMatchObject({
      name: 'ChecksUnavailable',
      code: 'checks_unavailable',
    });
  });

  it('refuse with the reason they give', async () => {
    await expect(submit(async () => ({ allowed: false, reason: 'sanctions_hit' }))).rejects.toMatchObject({
      name: 'CheckRefused',
      reason: 'sanctions_hit',
    });
  });

  it('are asked with the whole command, also for a dry run', async () => {
    const asked: CheckedCommand[] = [];
    const check = async (command: CheckedCommand): Promise<Verdict> => {
      asked.push(command);
      return { allowed: false, reason: 'no' };
    };
    await submit(check, { isDryRun: true }).catch(() => undefined);
    expect(asked).toMatchObject([{ name: 'test.Book', data: { amount: '1' }, metadata: { actor: 'a' } }]);
  });

  it('let what they allow go on, and are not asked about other commands', async () => {
    await expect(submit(async () => ({ allowed: true }), { isDryRun: true })).rejects.toThrow('reached the database');
    await expect(
      submit(() => Promise.reject(new Error('asked')), { isDryRun: true, isChecked: false }),
    ).rejects.toThrow('reached the database');
  });
});
