import type { Parties } from '../../party/contract.ts';
import type { DueDiligence } from '../settings.ts';
import type { InvestorProfile } from './rule-compliance.ts';

const levels: Readonly<Record<string, DueDiligence>> = { simplified: 'basic', standard: 'enhanced', enhanced: 'full' };

/** Investors as the party context knows them: by the due diligence that is verified, and nothing else. */
export const partyProfiles =
  (parties: Pick<Parties, 'find'>) =>
  async (tenantId: string, partyId: string): Promise<InvestorProfile> => {
    const kyc = (await parties.find(tenantId, partyId))?.kyc;
    return { level: kyc?.status === 'verified' ? (levels[kyc.level ?? 'simplified'] ?? 'basic') : 'none' };
  };
