import type { Principal } from '@finaegis/platform/auth/principal';
import { ProblemError } from '@finaegis/platform/http/problem';

/** @throws ProblemError `not_found` for another party than the one acted for: whoever asks may not even learn that it exists */
export const requireOwn = ({ actingFor }: Principal, partyId: string): void => {
  if (actingFor !== undefined && actingFor !== partyId)
    throw new ProblemError('not_found', { about: { sought: partyId } });
};
