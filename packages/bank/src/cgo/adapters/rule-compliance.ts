import type { Candidate, Compliance, Verdict } from '../ports.ts';
import { type DueDiligence, isEnough, unitsToMinor } from '../settings.ts';

/** What is known of an investor. */
export interface InvestorProfile {
  /** Due diligence that has been done and is in force. */
  readonly level: DueDiligence;
  /** ISO 3166 alpha-2, where it is known. */
  readonly country?: string | undefined;
  readonly isPoliticallyExposed?: boolean | undefined;
  readonly knownSince?: string | undefined;
}

/** The rules' own numbers. Amounts are whole units of the asset paid in. */
export interface ComplianceRules {
  /** Due diligence by the cumulated amount, from the smallest on. */
  readonly levels: readonly { readonly fromUnits: bigint; readonly level: DueDiligence }[];
  readonly sanctionedCountries: readonly string[];
  readonly requestsMax: number;
  readonly requestsDays: number;
  /** How many times the investor's own average is out of the ordinary. */
  readonly averageTimesMax: bigint;
  readonly newInvestorDays: number;
  readonly riskScoreMax: number;
}

export const complianceRules: ComplianceRules = {
  levels: [
    { fromUnits: 0n, level: 'basic' },
    { fromUnits: 10_000n, level: 'enhanced' },
    { fromUnits: 50_000n, level: 'full' },
  ],
  sanctionedCountries: ['IR', 'KP', 'SY', 'CU'],
  requestsMax: 3,
  requestsDays: 7,
  averageTimesMax: 5n,
  newInvestorDays: 30,
  riskScoreMax: 70,
};

const dayMs = 24 * 3_600_000;
const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / dayMs;

/** Due diligence that a cumulated amount asks for. */
export const levelFor = (
  { levels }: Pick<ComplianceRules, 'levels'>,
  cumulatedMinor: bigint,
  decimals: number,
): DueDiligence =>
  levels.filter(({ fromUnits }) => unitsToMinor(fromUnits, decimals) <= cumulatedMinor).at(-1)?.level ?? 'none';

/** Decides by rules alone. Missing documents come before anything that was found, since nobody can be judged without them. */
export const assessByRules = (
  { at, amountMinor, cumulatedMinor, assetDecimals, requestedAt, averageMinor }: Candidate,
  profile: InvestorProfile,
  rules: ComplianceRules,
): Verdict => {
  const level = levelFor(rules, cumulatedMinor, assetDecimals);
  const isNew = profile.knownSince !== undefined && daysBetween(profile.knownSince, at) < rules.newInvestorDays;
  const isSanctioned = profile.country !== undefined && rules.sanctionedCountries.includes(profile.country);
  const isLarge = averageMinor !== undefined && amountMinor > averageMinor * rules.averageTimesMax;
  const isFrequent =
    requestedAt.filter((instant) => daysBetween(instant, at) <= rules.requestsDays).length > rules.requestsMax;
  const riskScore =
    (isNew ? 20 : 0) +
    (isSanctioned ? 80 : 0) +
    (profile.isPoliticallyExposed === true ? 40 : 0) +
    (level === 'full' ? 20 : 0);
  const flags = [
    ...(isSanctioned ? ['sanctioned_country'] : []),
    ...(isFrequent ? ['too_frequent'] : []),
    ...(isLarge ? ['far_above_average'] : []),
    ...(riskScore > rules.riskScoreMax ? ['risk_score'] : []),
  ];
  const kind = !isEnough(profile.level, level) ? 'kyc_required' : flags.length > 0 ? 'aml_review' : 'pass';
  return { kind, level, flags, riskScore: Math.min(riskScore, 100) };
};

/** Compliance by rules, over whatever knows the investors. */
export const ruleCompliance = (
  profileOf: (tenantId: string, partyId: string) => Promise<InvestorProfile>,
  rules: ComplianceRules = complianceRules,
): Compliance => ({
  assess: async (candidate) => assessByRules(candidate, await profileOf(candidate.tenantId, candidate.partyId), rules),
  dueDiligence: async ({ tenantId, partyId, cumulatedMinor, assetDecimals }) => ({
    required: levelFor(rules, cumulatedMinor, assetDecimals),
    held: (await profileOf(tenantId, partyId)).level,
  }),
});
