import { createHash } from 'node:crypto';
import { canonicalJson } from '@finaegis/kernel/canonical-json';
import type { Asker } from '../proof/step-up.ts';
import type { ApiRequest } from './route.ts';

/**
 * Who asks for the one command of a request, and what a fresh code of theirs would be bound to: who they are, and everything they sent, amounts and payees among it. It
 * is no secret; it makes a code that was given for one content worthless for every other.
 */
export const askerOf = ({
  principal: { userId },
  tenantId,
  origin,
  stepUp,
}: Pick<ApiRequest, 'principal' | 'tenantId' | 'origin' | 'stepUp'>): Asker => ({
  userId,
  ...(stepUp === undefined ? {} : { given: stepUp }),
  ...(origin === undefined
    ? {}
    : {
        challenge: () => {
          const { operationId, params, query, body = null } = origin;
          const content = canonicalJson({ tenantId, userId, operationId, params, query, body });
          return createHash('sha256').update(content).digest('hex');
        },
      }),
});

/** Who asks for more than one command at once, which no single code can prove. */
export const askerOfMany = ({ principal: { userId } }: Pick<ApiRequest, 'principal'>): Asker => ({ userId });
