import { createHash, createHmac, hkdfSync, pbkdf2Sync } from 'node:crypto';
import type { ConnectionSettings } from '../database/connection.ts';
import type { ServingRole } from './roles.ts';

const iterations = 4_096;

const derive = (masterKey: Uint8Array, info: string, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', masterKey, new Uint8Array(0), info, length));

/** The password of a role: derived from the master key and the role's name (HKDF, RFC 5869), so that no process has to be told it. */
export const rolePassword = (masterKey: Uint8Array, role: ServingRole): string =>
  derive(masterKey, `finaegis database role ${role}`, 32).toString('base64url');

/**
 * What PostgreSQL stores of that password (SCRAM-SHA-256, RFC 5803). Sent in place of the password, which therefore never crosses the wire
 * nor stands in a server's log of statements. The salt is derived too: the same key gives the same text, and setting it again changes nothing.
 */
export const roleVerifier = (masterKey: Uint8Array, role: ServingRole): string => {
  const salt = derive(masterKey, `finaegis database salt ${role}`, 16);
  const salted = pbkdf2Sync(rolePassword(masterKey, role), salt, iterations, 32, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`;
};

/** The connections of a process that serves. */
export type RoleConnections = {
  readonly write: ConnectionSettings;
  readonly read: ConnectionSettings;
  readonly system: ConnectionSettings;
};

/**
 * How the three serving roles enter the database that `settings` points at.
 * @param masterKey for servers with passwords; absent, the roles enter without one (the embedded server's socket folder is the wall)
 */
export const roleConnections = (settings: ConnectionSettings, masterKey?: Uint8Array): RoleConnections => {
  const { password: _administrators, ...place } = settings;
  const as = (user: ServingRole): ConnectionSettings => ({
    ...place,
    user,
    ...(masterKey === undefined ? {} : { password: rolePassword(masterKey, user) }),
  });
  return { write: as('finaegis_write'), read: as('finaegis_read'), system: as('finaegis_system') };
};
