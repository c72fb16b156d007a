import { connectorContract, firstNoonMs, ibans, latencyMs, payeeName } from './fixtures/connector-contract.ts';
import { createMemoryBank } from './memory-bank.ts';

connectorContract('the bank in memory', async () => {
  let nowMs = firstNoonMs;
  const connector = createMemoryBank({
    accounts: [{ iban: ibans.own, asset: 'EUR', openingMinor: 100_000n }],
    now: () => nowMs,
    latencyMs,
    closedIbans: [ibans.closed],
    returningIbans: [ibans.returning],
    payees: { [ibans.elsewhere]: payeeName },
  });
  return {
    connector,
    advance: async (ms) => {
      nowMs += ms;
    },
    notification: async (key) => connector.notification(key, nowMs),
    close: () => Promise.resolve(),
  };
});
