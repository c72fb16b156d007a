import type { z } from 'zod';
import type { kyc, partyKind } from './party/events.ts';

export {
  changeMandateLimitsData,
  decideGrantMandate,
  grantMandateData,
  grantMandateNeeds,
  revokeMandateData,
} from './mandate/commands.ts';
export { mandateGranted, mandateLimitsChanged, mandateRevoked } from './mandate/events.ts';
export { type GrantMandate, type MandateRefusal, mandateAggregate } from './mandate/mandate.ts';
export {
  type ChangePartyDetailsData,
  changePartyDetailsData,
  erasePartyData,
  type RegisterPartyData,
  registerPartyData,
  setKycData,
} from './party/commands.ts';
export { partyDetailsChanged, partyErased, partyKycSet, partyRegistered } from './party/events.ts';
export type { PartyRefusal } from './party/party.ts';

/** What a neighbour may know of a party: nothing personal. */
export interface KnownParty {
  readonly partyId: string;
  readonly kind: z.output<typeof partyKind>;
  readonly status: 'active' | 'erased';
  readonly kyc: z.output<typeof kyc>;
}

/** Lookups of parties for neighbours; the server hands out the implementation (`createParties` of the module). */
export interface Parties {
  /** The party as it is now; undefined when there is none. */
  find(tenantId: string, partyId: string): Promise<KnownParty | undefined>;
  /** Names in one line for showing, by party id: `Jana Nováková`, `erased` once it is. Never store them. Unknown parties are left out. */
  displayNames(tenantId: string, partyIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}
