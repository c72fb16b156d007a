import { Writable } from 'node:stream';
import { derivedUuid } from '@finaegis/kernel/id';
import { defineSaga } from '@finaegis/platform/saga/definition';
import type { SagaWorker } from '@finaegis/platform/saga/worker';
import { startTestBank, type TestBank } from '@finaegis/testing/bank';
import { declareSagas } from '@finaegis/testing/declare-sagas';
import { Command, CommanderError } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createOutput } from '../output.ts';
import { type Cli, exitCodeOf, exitCodes, type Session } from '../session.ts';
import { addSagaCommands } from './saga-commands.ts';

let bank: TestBank;
let worker: SagaWorker;
const failing = new Set<string>();

const parcel = defineSaga<{ readonly parcel: string; readonly code: string }>({
  name: 'testing.parcel',
  version: 1,
  input: z.strictObject({ parcel: z.string(), code: z.string() }),
  secrets: ['code'],
  subject: ({ parcel: name }) => `parcel:${name}`,
  steps: [
    {
      name: 'pack',
      run: async () => ({ kind: 'done', result: 'packed' }),
      undo: { run: async () => ({ kind: 'done' }) },
    },
    {
      name: 'pick-up',
      wait: { signals: ['picked_up'], isWanted: ({ input: { parcel: name } }) => name === 'waiting' },
    },
    {
      name: 'deliver',
      run: async ({ input: { parcel: name } }) =>
        failing.has(name)
          ? Promise.reject(Object.assign(new Error('down'), { code: 'carrier_away' }))
          : { kind: 'done', result: 'delivered' },
      retry: { attempts: 1, firstMs: 1, factor: 1, waitMaxMs: 1 },
      undo: { run: async () => Promise.reject(Object.assign(new Error('down'), { code: 'carrier_away' })) },
    },
  ],
});

beforeAll(async () => {
  bank = await startTestBank({ isFollowing: false });
  declareSagas(bank.bank, [parcel]);
  worker = bank.bank.runSagas();
});
afterAll(async () => {
  await worker.close();
  await bank.close();
});

interface Ran {
  readonly code: number;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Calls the CLI over the test's bank, which knows sagas that no release does. */
const saga = async (args: readonly string[], isJson = true): Promise<Ran> => {
  const pieces: string[] = [];
  const stdout = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      pieces.push(piece.toString());
      done();
    },
  });
  const streams = { stdout, stderr: new Writable({ write: (_piece, _encoding, done) => done() }) };
  const cli: Cli = { environment: {}, streams, output: () => createOutput(isJson, streams), exitCode: exitCodes.ok };
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addSagaCommands(program, cli, (_, work) => work({ bank: bank.bank } as Session));
  for (const command of program.commands[0]?.commands ?? [])
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  const code = await program.parseAsync(['saga', ...args, '--tenant', 'Test'], { from: 'user' }).then(
    () => cli.exitCode,
    (error: unknown) => {
      pieces.push(String(error));
      return error instanceof CommanderError ? exitCodes.usage : exitCodeOf(error);
    },
  );
  const text = pieces.join('').trim();
  return { code, text, json: text.startsWith('{') ? (JSON.parse(text) as Ran['json']) : {} };
};

const begin = async (name: string): Promise<string> => {
  const sagaId = derivedUuid('parcel', name);
  const { start } = bank.bank.services.sagas.handlers;
  await bank.accept(start, { definition: 'testing.parcel', sagaId, input: { parcel: name, code: '4711' } });
  bank.bank.services.sagas.adopt({ tenantId: bank.tenantId, sagaId });
  await bank.bank.services.sagas.settled({ tenantId: bank.tenantId, sagaId }, name === 'waiting' ? 300 : 5_000);
  return sagaId;
};
const settled = (sagaId: string) => bank.bank.services.sagas.settled({ tenantId: bank.tenantId, sagaId }, 5_000);

test('sagas are listed by status and subject, and one is shown with all that happened', async () => {
  failing.add('a');
  const parked = await begin('a');
  const over = await begin('b');
  expect((await saga(['list', '--status', 'parked'])).json).toMatchObject({
    tenantId: bank.tenantId,
    sagas: [{ sagaId: parked, definition: 'testing.parcel', status: 'parked', step: 'deliver' }],
  });
  expect((await saga(['list', '--subject', 'parcel:b'])).json).toMatchObject({ sagas: [{ sagaId: over }] });
  expect((await saga(['list', '--limit', '1'])).json['sagas']).toHaveLength(1);
  expect((await saga(['list', '--subject', 'parcel:none'], false)).text).toBe('There are none.');
  expect((await saga(['list'], false)).text).toContain(`${parked}  testing.parcel  parked`);

  const { json, text } = await saga(['show', parked]);
  expect(json).toMatchObject({
    status: 'parked',
    step: 'deliver',
    phase: 'undo',
    failure: { step: 'deliver', code: 'attempts_exhausted', facts: { attempts: 1, lastCode: 'carrier_away' } },
    input: { parcel: 'a', code: '[redacted]' },
    // It is being taken back already.
    canBeCancelled: false,
  });
  expect(text).not.toContain('4711');
  const told = (await saga(['show', parked], false)).text;
  expect(told).toContain(`testing.parcel ${parked} is parked at deliver (undo, attempt 1).`);
  expect(told).toContain('A person decides: `saga retry`, `saga resume`');
  expect(told).toMatch(/SagaParked +tester/);
  expect(told).not.toContain('4711');
});

test('a parked saga is tried again, and goes on when a person vouches for its step', async () => {
  failing.add('c');
  const parked = await begin('c');
  expect(await saga(['retry', parked])).toMatchObject({ code: 0, json: { status: 'undoing', step: 'deliver' } });
  bank.bank.services.sagas.adopt({ tenantId: bank.tenantId, sagaId: parked });
  expect(await settled(parked)).toMatchObject({ status: 'parked' });
  expect(await saga(['resume', parked, '--reason', 'seen_there'])).toMatchObject({ code: exitCodes.usage });
  expect(await saga(['resume', parked, '--reason', 'I saw it', '--yes'])).toMatchObject({ code: exitCodes.usage });
  expect(await saga(['resume', parked, '--reason', 'seen_there', '--result', '{'])).toMatchObject({
    code: exitCodes.usage,
  });
  expect((await saga(['show', parked])).json).toMatchObject({ status: 'parked' });
  expect(await saga(['resume', parked, '--reason', 'seen_there', '--yes'])).toMatchObject({
    code: 0,
    json: { status: 'undoing', step: 'pack' },
  });
  bank.bank.services.sagas.adopt({ tenantId: bank.tenantId, sagaId: parked });
  expect(await settled(parked)).toMatchObject({ status: 'undone' });
  expect((await saga(['show', parked], false)).text).toMatch(/SagaResumed +operator/);
});

test('a saga that waits is cancelled', async () => {
  const waiting = await begin('waiting');
  expect((await saga(['show', waiting], false)).text).toContain('It can be cancelled: `saga cancel`');
  expect(await saga(['cancel', waiting, '--reason', 'customer_request', '--yes'])).toMatchObject({
    code: 0,
    json: { status: 'undoing', failure: { code: 'cancelled', facts: { reason: 'customer_request' } } },
  });
  bank.bank.services.sagas.adopt({ tenantId: bank.tenantId, sagaId: waiting });
  expect(await settled(waiting)).toMatchObject({ status: 'undone' });
});

test('what cannot be done is said, with the exit code of a refusal or of a wrong line', async () => {
  const over = await begin('d');
  const nobody = derivedUuid('nobody');
  expect(await saga(['retry', over])).toMatchObject({
    code: exitCodes.failed,
    text: expect.stringContaining('saga_not_parked'),
  });
  expect(await saga(['cancel', over, '--reason', 'x', '--yes'])).toMatchObject({
    code: exitCodes.failed,
    text: expect.stringContaining('saga_ended (saga'),
  });
  for (const sagaId of [nobody, 'not-an-id'])
    expect(await saga(['show', sagaId])).toMatchObject({
      code: exitCodes.failed,
      text: expect.stringContaining('saga_unknown'),
    });
  expect(await saga(['retry', nobody])).toMatchObject({ code: exitCodes.failed });
  expect(await saga(['retry', 'not-an-id'])).toMatchObject({ code: exitCodes.usage });
  expect(await saga(['list', '--status', 'asleep'])).toMatchObject({ code: exitCodes.usage });
  expect(await saga(['list', '--limit', '0'])).toMatchObject({ code: exitCodes.usage });
});
