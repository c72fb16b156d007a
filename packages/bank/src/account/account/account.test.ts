import type { Decision } from '@finaegis/kernel/decision';
import { fold } from '@finaegis/platform/event-store/aggregate';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import { describe, expect, it } from 'vitest';
import { firstProducts } from '../product/product.ts';
import {
  type Account,
  type AccountRefusal,
  type AccountState,
  accountAggregate,
  closeAccount,
  type OpenAccount,
  type OpeningFacts,
  openAccount,
} from './account.ts';

const command: OpenAccount = {
  accountId: 'a-1',
  entity: 'main',
  product: 'current',
  asset: 'EUR',
  holders: [
    { partyId: 'p-1', kind: 'owner', mandateId: 'm-1' },
    { partyId: 'p-2', kind: 'joint', mandateId: 'm-2' },
  ],
  externalReference: 'old-7',
};
const [terms] = firstProducts;
const version = (number: number, more: object = {}): OpeningFacts['product'][number] => ({
  version: number,
  name: 'Current',
  statementCycle: 'monthly',
  allowsOverdraft: true,
  ...more,
});
const facts: OpeningFacts = {
  isEntityKnown: true,
  isAssetKnown: true,
  product: [version(1), version(2, { statementCycle: 'weekly' })],
  name: { ref: 'r-1', commitment: 'c-1' },
  next: {
    sequence: 12n,
    identifiers: [
      { scheme: 'local', value: '12/2010' },
      { scheme: 'iban', value: 'CZ12' },
    ],
  },
  isReferenceTaken: false,
};

const after = (state: AccountState, decision: Decision<NewEvent, AccountRefusal>): AccountState => {
  if (!decision.accepted) throw new Error(`refused: ${decision.rejection.code}`);
  return decision.events.reduce(
    (folded, event) =>
      fold(accountAggregate, folded, { ...event, bookedAt: '2025-01-30T10:00:00.000Z' } as RecordedEvent),
    state,
  );
};
const unknown: AccountState = accountAggregate.initial;
const opened = () => after(unknown, openAccount(unknown, command, facts));
const codeOf = (decision: Decision<NewEvent, AccountRefusal>): unknown =>
  decision.accepted ? decision.events.map(({ type }) => type) : decision.rejection;

describe('opening an account', () => {
  it('records its terms and one event for each number; the reference from outside takes no place in the sequence', () => {
    expect(codeOf(openAccount(unknown, command, facts))).toEqual([
      'AccountOpened',
      'IdentifierIssued',
      'IdentifierIssued',
      'IdentifierIssued',
    ]);
    expect(opened()).toMatchObject({
      status: 'open',
      productVersion: 2,
      statementCycle: 'weekly',
      openedAt: '2025-01-30T10:00:00.000Z',
    });
    expect((opened() as Account).identifiers).toEqual([
      ...(facts.next.identifiers ?? []),
      { scheme: 'external', value: 'old-7' },
    ]);
    expect(terms?.product).toBe('current');
  });

  it('asked for again is a repeat whatever has changed around it, and so it is once closed', () => {
    const later = {
      ...facts,
      product: [],
      isReferenceTaken: true,
      isEntityKnown: false,
      next: { sequence: 99n, identifiers: undefined },
    };
    expect(codeOf(openAccount(opened(), command, later))).toEqual([]);
    expect(codeOf(openAccount(after(opened(), closeAccount(opened(), command)), command, later))).toEqual([]);
    const granted = { ...command, holders: command.holders.map((holder) => ({ ...holder, mandateId: 'another' })) };
    expect(codeOf(openAccount(opened(), granted, later))).toEqual([]);
  });

  it('under the version asked for takes its terms; naming them again is still the same request', () => {
    const older = { ...command, productVersion: 1, statementCycle: 'weekly' } as const;
    const account = after(unknown, openAccount(unknown, older, facts));
    expect(account).toMatchObject({ productVersion: 1, statementCycle: 'weekly' });
    expect(codeOf(openAccount(account, older, facts))).toEqual([]);
    expect(codeOf(openAccount(account, { ...older, productVersion: 2 }, facts))).toMatchObject({
      code: 'account_exists_with_different_content',
    });
  });

  it('without a name and a reference from outside has neither, and no number of that kind', () => {
    const { externalReference: _reference, ...bare } = command;
    const { name: _name, ...unnamed } = facts;
    const account = after(unknown, openAccount(unknown, bare, { ...unnamed, isReferenceTaken: true }));
    expect(account).not.toHaveProperty('externalReference');
    expect(account).not.toHaveProperty('name');
    expect((account as Account).identifiers).toEqual(facts.next.identifiers);
    expect(codeOf(openAccount(account, bare, unnamed))).toEqual([]);
    expect(codeOf(openAccount(account, bare, facts))).toMatchObject({ code: 'account_exists_with_different_content' });
  });

  it.each<[string, Partial<OpenAccount>, Partial<OpeningFacts>]>([
    ['another entity', { entity: 'second' }, {}],
    ['another product', { product: 'savings' }, {}],
    ['another version', { productVersion: 1 }, {}],
    ['another asset', { asset: 'USD' }, {}],
    ['another cycle', { statementCycle: 'monthly' }, {}],
    ['another reference', { externalReference: undefined }, {}],
    ['another name', {}, { name: { ref: 'r-2', commitment: 'c-2' } }],
    ['no name', {}, { name: undefined }],
    ['fewer holders', { holders: command.holders.slice(0, 1) }, {}],
    ['more holders', { holders: [...command.holders, { partyId: 'p-3', kind: 'joint', mandateId: 'm-3' }] }, {}],
    ['other holders', { holders: command.holders.map((holder) => ({ ...holder, partyId: 'p-3' })) }, {}],
    [
      'holders of another kind',
      { holders: command.holders.map((holder) => ({ ...holder, kind: 'joint' as const })) },
      {},
    ],
  ])('under an id that has %s is refused', (_, other, otherFacts) => {
    expect(codeOf(openAccount(opened(), { ...command, ...other }, { ...facts, ...otherFacts }))).toEqual({
      code: 'account_exists_with_different_content',
      account: 'a-1',
    });
  });

  // In order of precedence: each row breaks what the row before it names, and something further down.
  it.each<[string, Partial<OpenAccount>, Partial<OpeningFacts>, AccountRefusal]>([
    ['entity', {}, { isEntityKnown: false, product: [] }, { code: 'entity_unknown' }],
    ['product', {}, { product: [], isAssetKnown: false }, { code: 'product_unknown', product: 'current' }],
    ['version', { productVersion: 3 }, { isAssetKnown: false }, { code: 'product_unknown', product: 'current' }],
    [
      'asset',
      { asset: 'XXX' },
      { isAssetKnown: false, product: [version(1, { assets: ['EUR'] })] },
      { code: 'asset_not_registered', asset: 'XXX' },
    ],
    [
      'asset of the product',
      { asset: 'USD', holders: [] },
      { product: [version(1, { assets: ['EUR'] })] },
      { code: 'asset_not_of_product', asset: 'USD', product: 'current' },
    ],
    ['holder', { holders: [] }, { isReferenceTaken: true }, { code: 'holder_missing' }],
    [
      'one holder, once',
      { holders: [...command.holders, { partyId: 'p-1', kind: 'joint', mandateId: 'm-3' }] },
      { isReferenceTaken: true },
      { code: 'holder_repeated', partyId: 'p-1' },
    ],
    [
      'reference',
      {},
      { isReferenceTaken: true, next: { sequence: 1n, identifiers: undefined } },
      { code: 'external_reference_taken', externalReference: 'old-7' },
    ],
    [
      'number',
      {},
      { next: { sequence: 1n, identifiers: undefined } },
      { code: 'account_numbers_used_up', entity: 'main' },
    ],
  ])('without its %s is refused', (_, other, otherFacts, refusal) => {
    expect(codeOf(openAccount(unknown, { ...command, ...other }, { ...facts, ...otherFacts }))).toEqual(refusal);
  });
});

describe('closing an account', () => {
  it('happens once, and only to an account there is', () => {
    expect(codeOf(closeAccount(unknown, command))).toEqual({ code: 'account_unknown', account: 'a-1' });
    const closing = closeAccount(opened(), command);
    expect(closing.accepted && closing.events.map(({ type, data }) => ({ type, ...data }))).toEqual([
      { type: 'AccountClosed', accountId: 'a-1' },
    ]);
    expect(after(opened(), closing)).toMatchObject({ status: 'closed', closedAt: '2025-01-30T10:00:00.000Z' });
    expect(() => accountAggregate.evolve(opened(), { type: 'AccountSold', data: {} } as never)).toThrow('Unreachable');
    expect(codeOf(closeAccount(after(opened(), closeAccount(opened(), command)), command))).toEqual([]);
  });
});
