import { personalMarker } from '@finaegis/platform/event-store/personal-ref';
import { z } from 'zod';
import type { UserRow } from '../views/users.ts';

const instant = z.string().describe('UTC instant with milliseconds.');

/** A user as it is answered. */
export const userResource = z
  .object({
    userId: z.string(),
    email: z.string(),
    status: z.enum(['invited', 'active', 'suspended', 'erased']),
    roles: z.array(z.string()),
    actingFor: z.string().optional().describe('The party whose mandates bound the user; absent for staff.'),
    hasSecondFactor: z.boolean(),
    invitedUntil: instant.optional().describe('Until when an invitation that is open can be used.'),
    lastLoginAt: instant.optional(),
    createdAt: instant,
    changedAt: instant,
  })
  .meta({ id: 'User' });

/** A user with the invitation that was made for it. */
export const invitedUserResource = userResource
  .extend({
    invitation: z
      .string()
      .optional()
      .describe(
        'What the invited person sets its password with, shown this once: bring it by a way that is its own. A repeat answers without it; who lost it invites anew.',
      ),
  })
  .meta({ id: 'InvitedUser' });

/** A row as it is answered; the address is put in on the way out. */
export const showUser = (row: UserRow): unknown => ({
  userId: row.userId,
  email: personalMarker({ ref: row.emailRef }),
  status: row.status,
  roles: [...row.roles],
  ...(row.actingFor === null ? {} : { actingFor: row.actingFor }),
  hasSecondFactor: row.factorRef !== null,
  ...(row.invitedUntil === null ? {} : { invitedUntil: row.invitedUntil }),
  ...(row.lastLoginAt === null ? {} : { lastLoginAt: row.lastLoginAt }),
  createdAt: row.createdAt,
  changedAt: row.changedAt,
});
