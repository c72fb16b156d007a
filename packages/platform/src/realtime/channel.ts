import { isCustomer } from '../auth/access.ts';
import { isPermitted, type Principal } from '../auth/principal.ts';
import { passes } from '../published/event-filter.ts';

/**
 * Whom a channel is for. `staff`: principals that act for no party. `mandate`: staff, and customers whose mandates let them see the account the
 * channel is named after. `self`: the principal the channel is named after, or one that acts for the party it is named after.
 */
export type Audience = 'staff' | 'mandate' | 'self';

/** A channel as its context declares it; what a client subscribes to is `private-` before its name. */
export interface ChannelDeclaration {
  /** Name with its ids in braces: `tenant.{tenantId}.accounts.{accountId}`. An id has no full stop. */
  readonly name: string;
  /** One sentence, for the published document. */
  readonly summary: string;
  /** The scope a principal needs; besides it, messages of a context need the context's own scope for reading. */
  readonly permission: string;
  readonly audience: Audience;
  /** Types it carries, as filters of webhooks are written. */
  readonly events: readonly string[];
  /** Names of what it tells of its account as it is now, besides. */
  readonly latest?: readonly string[];
  /** Whether `presence-` before its name tells those who are subscribed of each other. */
  readonly hasPresence?: boolean;
}

/** A channel somebody named, with the ids that stand in its name. */
export interface NamedChannel {
  /** As the client wrote it. */
  readonly name: string;
  readonly isPresence: boolean;
  readonly declaration: ChannelDeclaration;
  readonly ids: { readonly tenantId?: string; readonly accountId?: string; readonly userId?: string };
}

/** All channels of this release. */
export interface ChannelTable {
  readonly channels: readonly ChannelDeclaration[];
  /** Undefined for a name that no declaration has, whole. */
  find(name: string): NamedChannel | undefined;
}

/** Longest name and the characters of the protocol. */
export const channelNamePattern = /^[A-Za-z0-9_\-=@,.;]{1,200}$/;
const idText = '([A-Za-z0-9_\\-=@,;]{1,100})';
const placeholders = ['tenantId', 'accountId', 'userId'] as const;

/** @throws Error for a name that is declared twice, or holds an id nobody knows how to compare */
export const channelTable = (channels: readonly ChannelDeclaration[]): ChannelTable => {
  const patterns = channels.map((declaration) => {
    const pattern = declaration.name
      .split('.')
      .map((part) => {
        const id = /^\{(\w+)\}$/.exec(part)?.[1];
        if (id === undefined) return part;
        if (!placeholders.some((known) => known === id)) throw new Error(`${declaration.name}: what is ${id}?`);
        return `(?<${id}>${idText.slice(1, -1)})`;
      })
      .join('\\.');
    return { declaration, pattern: new RegExp(`^(?<kind>private|presence)-${pattern}$`) };
  });
  const names = channels.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`The channel ${twice} is declared twice.`);
  return {
    channels,
    find: (name) => {
      if (!channelNamePattern.test(name)) return undefined;
      for (const { declaration, pattern } of patterns) {
        const groups = pattern.exec(name)?.groups;
        if (groups === undefined) continue;
        const { kind, ...ids } = groups;
        if (kind === 'presence' && declaration.hasPresence !== true) return undefined;
        return { name, isPresence: kind === 'presence', declaration, ids };
      }
      return undefined;
    },
  };
};

/** Whoever is asked about: the principal, and the accounts its mandates let it see; undefined for staff, who see all. */
export interface Viewer {
  readonly principal: Principal;
  readonly accounts: ReadonlySet<string> | undefined;
}

/** Whether a principal may listen to a channel. Ids are compared whole. */
export const mayListen = ({ principal, accounts }: Viewer, { declaration, ids }: NamedChannel): boolean => {
  if (ids.tenantId !== undefined && ids.tenantId !== principal.tenantId) return false;
  if (!isPermitted(principal, listenPermission) || !isPermitted(principal, declaration.permission)) return false;
  switch (declaration.audience) {
    case 'staff':
      return !isCustomer(principal);
    case 'mandate':
      return !isCustomer(principal) || (ids.accountId !== undefined && accounts?.has(ids.accountId) === true);
    default:
      return ids.userId !== undefined && (ids.userId === principal.id || ids.userId === principal.actingFor);
  }
};

/** Asked for by whatever is told as it happens. */
export const listenPermission = 'realtime:read';

/** Whether messages of a type go through a channel to a principal: the channel carries them, and the principal could read them. */
export const carries = ({ declaration }: NamedChannel, principal: Principal, type: string): boolean =>
  declaration.events.some((filter) => passes(filter, type)) && isPermitted(principal, readPermission(type));

/** The scope for reading what a type of message is about. */
export const readPermission = (type: string): string => `${type.slice(0, type.indexOf('.'))}:read`;

/**
 * Under what a channel is found when a message is to be told: everything of the tenant, or each account. A customer's own channel stands under
 * each account it may see.
 */
export const routesOf = ({ declaration, ids }: NamedChannel, { accounts }: Viewer): readonly string[] => {
  if (ids.accountId !== undefined) return [`account:${ids.accountId}`];
  if (declaration.audience === 'self') return [...(accounts ?? [])].map((accountId) => `account:${accountId}`);
  return ['all'];
};
