import { describe, expect, it } from 'vitest';
import type { Candidate } from '../ports.ts';
import { partyProfiles } from './party-profiles.ts';
import { assessByRules, complianceRules, type InvestorProfile, levelFor, ruleCompliance } from './rule-compliance.ts';

const at = '2026-03-02T12:00:00.000Z';
const candidate: Candidate = {
  tenantId: 'tenant',
  investmentId: 'investment',
  partyId: 'party',
  asset: 'USD',
  assetDecimals: 2,
  amountMinor: 100_000n,
  cumulatedMinor: 100_000n,
  requestedAt: [at],
  at,
};
const profile: InvestorProfile = { level: 'full', country: 'CZ', knownSince: '2020-01-01T00:00:00.000Z' };
const assess = (change: Partial<Candidate>, its: Partial<InvestorProfile> = {}) =>
  assessByRules({ ...candidate, ...change }, { ...profile, ...its }, complianceRules);

describe('the gate by cumulated amount', () => {
  it.each([
    [1n, 'basic'],
    [999_999n, 'basic'],
    [1_000_000n, 'enhanced'],
    [4_999_999n, 'enhanced'],
    [5_000_000n, 'full'],
  ])('of %s cents asks for %s', (cumulatedMinor, level) => {
    expect(levelFor(complianceRules, cumulatedMinor, 2)).toBe(level);
  });

  it.each([
    ['none', 100_000n, 'kyc_required'],
    ['basic', 100_000n, 'pass'],
    ['basic', 1_000_000n, 'kyc_required'],
    ['enhanced', 1_000_000n, 'pass'],
    ['enhanced', 5_000_000n, 'kyc_required'],
    ['full', 5_000_000n, 'pass'],
  ] as const)('with due diligence %s at %s cents says %s', (level, cumulatedMinor, kind) => {
    expect(assess({ cumulatedMinor }, { level }).kind).toBe(kind);
  });
});

describe('what a person has to look at', () => {
  const minutesAgo = (count: number): string => new Date(Date.parse(at) - count * 60_000).toISOString();
  it.each<[string, Partial<Candidate>, Partial<InvestorProfile>, readonly string[]]>([
    ['nothing', {}, {}, []],
    ['Iran', {}, { country: 'IR' }, ['sanctioned_country', 'risk_score']],
    ['North Korea', {}, { country: 'KP' }, ['sanctioned_country', 'risk_score']],
    ['Syria', {}, { country: 'SY' }, ['sanctioned_country', 'risk_score']],
    ['Cuba', {}, { country: 'CU' }, ['sanctioned_country', 'risk_score']],
    ['three requests in a week', { requestedAt: [0, 1, 2].map(minutesAgo) }, {}, []],
    ['four requests in a week', { requestedAt: [0, 1, 2, 3].map(minutesAgo) }, {}, ['too_frequent']],
    ['a fourth one that is older', { requestedAt: [0, 1, 2, 8 * 24 * 60].map(minutesAgo) }, {}, []],
    ['five times the average', { averageMinor: 20_000n }, {}, []],
    ['more than five times the average', { averageMinor: 19_999n }, {}, ['far_above_average']],
    ['a politically exposed person', {}, { isPoliticallyExposed: true }, []],
    [
      'one that is new and invests much',
      { cumulatedMinor: 5_000_000n },
      { isPoliticallyExposed: true, knownSince: at },
      ['risk_score'],
    ],
  ])('%s', (_, change, its, flags) => {
    const verdict = assess(change, its);
    expect(verdict.flags).toEqual(flags);
    expect(verdict.kind).toBe(flags.length === 0 ? 'pass' : 'aml_review');
  });

  it('is asked for after the documents, and remembered with them', () => {
    expect(assess({}, { level: 'none', country: 'CU' })).toMatchObject({
      kind: 'kyc_required',
      level: 'basic',
      flags: ['sanctioned_country', 'risk_score'],
      riskScore: 80,
    });
  });
});

describe('compliance over the parties', () => {
  it.each([
    [undefined, 'kyc_required'],
    [{ status: 'pending', level: 'enhanced' }, 'kyc_required'],
    [{ status: 'verified' }, 'pass'],
    [{ status: 'verified', level: 'simplified' }, 'pass'],
    [{ status: 'expired', level: 'simplified' }, 'kyc_required'],
  ] as const)('with KYC %j says %s to a small investment', async (kyc, kind) => {
    const find = async () =>
      kyc === undefined ? undefined : { partyId: 'party', kind: 'person' as const, status: 'active' as const, kyc };
    expect((await ruleCompliance(partyProfiles({ find })).assess(candidate)).kind).toBe(kind);
  });
});
