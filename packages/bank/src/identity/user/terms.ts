import { grantorSchema } from '@finaegis/platform/auth/grant';
import { roleName } from '@finaegis/platform/auth/role/terms';
import { sealedText } from '@finaegis/platform/event-store/sealed-text';
import { z } from 'zod';
import { invitationSchema } from './events.ts';

/** An address as somebody types it; compared without regard to case. */
export const emailSchema = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\s@\p{C}]+@[^\s@\p{C}]+\.[^\s@\p{C}]+$/u, 'must be an email address');

/** Roles to give to a user. */
export const rolesSchema = z.array(roleName).min(1).max(20);

const userId = z.uuid();
const hex64 = z.string().regex(/^[0-9a-f]{64}$/);

export const inviteUserSchema = z.strictObject({
  userId,
  email: sealedText,
  login: z.string(),
  roles: rolesSchema,
  actingFor: z.uuid().optional(),
  invitation: invitationSchema,
  grantor: grantorSchema,
});
export const reinviteUserSchema = z.strictObject({ userId, invitation: invitationSchema, grantor: grantorSchema });
export const acceptInvitationSchema = z.strictObject({ userId, secretHash: hex64, password: sealedText });
export const changePasswordSchema = z.strictObject({ userId, password: sealedText });
export const changeRolesSchema = z.strictObject({ userId, roles: rolesSchema, grantor: grantorSchema });
export const suspendUserSchema = z.strictObject({ userId, reason: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/) });
export const eraseUserSchema = z.strictObject({
  userId,
  reason: z.enum(['data_subject_request', 'retention_over', 'entered_in_error']),
});
export const ofUserSchema = z.strictObject({ userId });
export const proposeFactorSchema = z.strictObject({ userId, secret: sealedText });
export const confirmFactorSchema = z.strictObject({
  userId,
  /** Reference of the secret the code was held against; another one may have been proposed since. */
  secretRef: z.string(),
  /** Absent when the code belongs to no step. */
  step: z.number().int().optional(),
  recoveryHashes: z.array(hex64).length(10),
});
export const removeFactorSchema = z.strictObject({ userId, grantor: grantorSchema });
export const logInSchema = z.strictObject({
  login: z.string(),
  /** Whose password it was held against, and which; absent when the address is nobody's. */
  userId: userId.optional(),
  passwordRef: z.string().optional(),
  isPasswordRight: z.boolean(),
  /** Whether a code was sent at all; what it proved, if anything. */
  hasCode: z.boolean(),
  step: z.number().int().optional(),
  recoveryHash: hex64.optional(),
  session: z.strictObject({ sessionId: z.uuid(), prefix: z.string(), secretHash: hex64 }),
});

export type InviteUser = z.output<typeof inviteUserSchema>;
export type ReinviteUser = z.output<typeof reinviteUserSchema>;
export type AcceptInvitation = z.output<typeof acceptInvitationSchema>;
export type ChangePassword = z.output<typeof changePasswordSchema>;
export type ChangeRoles = z.output<typeof changeRolesSchema>;
export type SuspendUser = z.output<typeof suspendUserSchema>;
export type EraseUser = z.output<typeof eraseUserSchema>;
export type OfUser = z.output<typeof ofUserSchema>;
export type ProposeFactor = z.output<typeof proposeFactorSchema>;
export type ConfirmFactor = z.output<typeof confirmFactorSchema>;
export type RemoveFactor = z.output<typeof removeFactorSchema>;
export type LogIn = z.output<typeof logInSchema>;
