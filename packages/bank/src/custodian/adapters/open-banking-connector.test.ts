import { type OpenBanking, startOpenBanking } from '@finaegis/provider-doubles/open-banking/open-banking';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BankOrder, CustodianConnector } from '../connector.ts';
import { connectorContract, firstNoonMs, ibans, latencyMs, payeeName } from './fixtures/connector-contract.ts';
import { callsAlone } from './fixtures/provider-calls.ts';
import { openBankingConnector, openBankingOperations } from './open-banking-connector.ts';

const client = { clientId: 'finaegis', clientSecret: 'open-secret' };
const open = (now: () => number, latency = latencyMs): Promise<OpenBanking> =>
  startOpenBanking({
    accounts: [{ iban: ibans.own, asset: 'EUR', owner: 'Main Bank', openingMinor: 100_000n }],
    ...client,
    now,
    latencyMs: latency,
    closedIbans: [ibans.closed],
    returningIbans: [ibans.returning],
  });
const connect = ({ url }: OpenBanking, now: () => number, more: object = {}): CustodianConnector =>
  openBankingConnector({
    url,
    ...client,
    assets: ['EUR'],
    now,
    calls: callsAlone('open-banking', openBankingOperations),
    ...more,
  });

connectorContract('a bank behind an Open Banking API', async () => {
  let nowMs = firstNoonMs;
  const bank = await open(() => nowMs);
  return {
    connector: connect(bank, () => nowMs),
    advance: async (ms) => {
      nowMs += ms;
      bank.book.settleDue();
    },
    close: () => bank.close(),
  };
});

describe('tokens of a bank', () => {
  const abort = AbortSignal.timeout(30_000);
  let bank: OpenBanking;
  let nowMs: number;
  let connector: CustodianConnector;
  beforeEach(async () => {
    nowMs = firstNoonMs;
    bank = await open(() => nowMs, 0);
    connector = connect(bank, () => nowMs);
  });
  afterEach(() => bank.close());
  const order = (number: number): BankOrder => ({
    key: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    rail: 'sepa',
    asset: 'EUR',
    amountMinor: 100n,
    decimals: 2,
    reference: `R${number}`,
    endToEndId: `E${number}`,
    debtor: { iban: ibans.own },
    creditor: { name: payeeName, iban: ibans.elsewhere },
    executionDate: '2026-03-02',
  });

  it('are asked for once, however many calls need one at a time', async () => {
    await Promise.all(Array.from({ length: 5 }, () => connector.balances(abort)));
    expect(bank.tokensIssued()).toBe(1);
  });

  it('are replaced half a minute before they end, and not earlier', async () => {
    await connector.balances(abort);
    nowMs += 269_999;
    await connector.balances(abort);
    expect(bank.tokensIssued()).toBe(1);
    nowMs += 1;
    await connector.balances(abort);
    expect(bank.tokensIssued()).toBe(2);
  });

  it('that the bank takes back are replaced, and the payment is made once', async () => {
    await connector.balances(abort);
    bank.revokeTokens();
    expect((await connector.submit(order(1), abort)).kind).toBe('settled');
    expect((await connector.balances(abort))[0]?.amountMinor).toBe(99_900n);
    expect(bank.tokensIssued()).toBe(2);
  });

  it('that are refused are no decline, and no outcome that is unknown: nothing was asked for', async () => {
    const stranger = connect(bank, () => nowMs, { clientSecret: 'wrong' });
    await expect(stranger.submit(order(2), abort)).rejects.toMatchObject({
      name: 'ProviderFault',
      code: 'token_refused',
    });
  });

  it('that do not come are no payment that may have been made', async () => {
    bank.faults.add({ with: 'reset', path: '/oauth/token', times: 3 });
    await expect(connector.submit(order(3), abort)).rejects.toMatchObject({
      name: 'ProviderFault',
      code: 'token_connection_lost',
    });
    expect(await connector.find(order(3).key, abort)).toEqual({ kind: 'absent' });
  });

  it.each(['500', 'reset', 'half', 'lost answer'] as const)(
    'leave an answer that is %s unknown; asked again under its key it pays once',
    async (fault) => {
      bank.faults.add({ with: fault, method: 'POST', path: '/v1/payments' });
      await expect(connector.submit(order(4), abort)).rejects.toMatchObject({ name: 'OutcomeUnknown' });
      expect((await connector.submit(order(4), abort)).kind).toBe('settled');
      expect((await connector.balances(abort))[0]?.amountMinor).toBe(99_900n);
    },
  );
});
