import { type SecurityEvent, securityEvent } from '../oversight/security-event.ts';

const key = { about: 'api-key', member: 'keyId' };
const role = { about: 'role', member: 'role' };

/** What those who look after security are told of keys, roles and sessions. */
export const authSecurity: readonly SecurityEvent[] = [
  securityEvent('ApiKeyCreated', 'key_created', key),
  securityEvent('ApiKeyRotated', 'key_rotated', { ...key, detail: 'previousValidUntil' }),
  securityEvent('ApiKeyRevoked', 'key_revoked', { ...key, detail: 'reason' }),
  securityEvent('RoleDefined', 'role_defined', { ...role, detail: 'scopes' }),
  securityEvent('RoleRetired', 'role_retired', role),
  securityEvent('AccessTokenRevoked', 'token_revoked', key),
  securityEvent('SessionRevoked', 'session_ended', { about: 'user', member: 'userId' }),
];
