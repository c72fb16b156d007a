import { describe, expect, it } from 'vitest';
import { after, told } from '../fixtures/decided.ts';
import { type RoutableBank, routePolicy } from './routing.ts';
import { completeTransfer, failTransfer, requestTransfer, transferAggregate } from './transfer.ts';

const transferId = '0190b000-0000-7000-8000-000000000001';
const rails = [{ rail: 'sepa', asset: 'EUR', feeMinor: 20n, limitMinor: 500n }];
const banks: readonly RoutableBank[] = ['ing', 'kb'].map((bank) => ({
  bank,
  isUsable: true,
  rails,
  nostroAssets: ['EUR'],
}));
const facts = { banks, policy: routePolicy, sagaId: 'saga', missingAccounts: [] };
const command = { transferId, from: 'ing', to: 'kb', asset: 'EUR', amountMinor: 500n };
const request = (state = transferAggregate.initial) => requestTransfer(state, command, facts);
const requested = after(transferAggregate, request);
const reason = 'bank_declined';

describe('a transfer between custodians', () => {
  it('is routed when it is asked for, and keeps its way', () => {
    expect(requested).toMatchObject({
      status: 'requested',
      kind: 'direct',
      legs: [{ from: 'ing', to: 'kb', rail: 'sepa', feeMinor: 20n }],
    });
    const suspended = banks.map((bank) => ({ ...bank, isUsable: false }));
    expect(told(requestTransfer(requested, command, { ...facts, banks: suspended }))).toEqual([]);
  });

  it.each([
    ['from', { from: 'bbva' }],
    ['to', { to: 'bbva' }],
    ['asset', { asset: 'USD' }],
    ['amount', { amountMinor: 501n }],
  ])('with another %s is another transfer', (_, other) => {
    expect(told(requestTransfer(requested, { ...command, ...other }, facts))).toBe(
      'transfer_exists_with_different_content',
    );
  });

  it('is refused before it is routed where the house accounts it needs are missing', () => {
    const missingAccounts = ['main:clearing/custodian-transfers'];
    expect(
      told(requestTransfer(transferAggregate.initial, { ...command, to: 'nobody' }, { ...facts, missingAccounts })),
    ).toBe('transfer_house_account_missing');
    expect(told(requestTransfer(transferAggregate.initial, { ...command, amountMinor: 501n }, facts))).toBe(
      'transfer_amount_above_limits',
    );
  });

  it('ends once, and as it ended', () => {
    const completed = after(transferAggregate, request, (state) => completeTransfer(state, { transferId }));
    const failed = after(transferAggregate, request, (state) => failTransfer(state, { transferId, reason }));
    expect([completed.status, failed.status]).toEqual(['completed', 'failed']);
    expect(told(failTransfer(completed, { transferId, reason }))).toEqual([]);
    expect(told(completeTransfer(failed, { transferId }))).toEqual([]);
    expect(told(completeTransfer(requested, { transferId }))).toEqual(['CustodianTransferCompleted']);
    expect(told(failTransfer(requested, { transferId, reason }))).toEqual(['CustodianTransferFailed']);
  });

  it('nobody asked for does not end', () => {
    expect(told(completeTransfer(transferAggregate.initial, { transferId }))).toBe('transfer_unknown');
    expect(told(failTransfer(transferAggregate.initial, { transferId, reason }))).toBe('transfer_unknown');
    expect(() => after(transferAggregate, () => completeTransfer(requested, { transferId }))).toThrow(
      'nobody asked for',
    );
    expect(() => transferAggregate.evolve(requested, { type: 'TransferSold', data: {} } as never)).toThrow(
      'Unreachable',
    );
  });
});
