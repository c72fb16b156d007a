import type { Investment } from './investment/investment.ts';
import type { Candidate } from './ports.ts';
import type { CgoReads } from './reads.ts';

/**
 * What compliance is told of an investment. The rows it is read from are written in the commit of the request, so that of two requests at once the
 * later one is judged by the sum of both.
 */
export const candidateOf =
  (reads: Pick<CgoReads, 'holdings'>) =>
  async (tenantId: string, investment: Investment, at: string): Promise<Candidate> => {
    const { investmentId, partyId, asset, assetDecimals, amountMinor } = investment;
    const holdings = (await reads.holdings(tenantId, partyId)).filter((holding) => holding.asset === asset);
    const sum = (pick: (holding: (typeof holdings)[number]) => bigint): bigint =>
      holdings.reduce((total, holding) => total + pick(holding), 0n);
    const before = sum(({ requests }) => requests) - 1n;
    return {
      tenantId,
      investmentId,
      partyId,
      asset,
      assetDecimals,
      amountMinor,
      cumulatedMinor: sum(({ liveMinor }) => liveMinor),
      requestedAt: holdings.flatMap(({ recent }) => recent),
      averageMinor: before <= 0n ? undefined : (sum(({ requestedMinor }) => requestedMinor) - amountMinor) / before,
      at,
    };
  };
