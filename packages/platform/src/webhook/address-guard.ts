import { lookup as resolveName } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Why nothing is sent somewhere. */
export type AddressReason = 'url_malformed' | 'not_https' | 'has_credentials' | 'address_not_public';

/** What an installation allows; `allowsLoopback` is for development and tests, where the receiver is on the same machine. */
export interface AddressRules {
  readonly allowsLoopback: boolean;
}

/** What an installation for others' use allows. */
export const publicOnly: AddressRules = { allowsLoopback: false };

/** A name that leads to where nothing is sent. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
  readonly code = 'address_not_public';
}

const blocked = (subnets: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList();
  for (const [address, length] of subnets) list.addSubnet(address, length, family);
  return list;
};

// IANA's registries of special-purpose addresses, with multicast and what is reserved.
const notPublic4 = blocked(
  [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    // Here lies 169.254.169.254, where clouds tell machines their credentials.
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ],
  'ipv4',
);
// Only 2000::/3 is given out; outside it lie loopback, link-local, unique local, mapped and translated addresses.
const globalUnicast6 = blocked([['2000::', 3]], 'ipv6');
// Within it: protocol assignments with Teredo, documentation, and 6to4, which carries an IPv4 address of anybody's choice.
const notPublic6 = blocked(
  [
    ['2001::', 23],
    ['2001:db8::', 32],
    ['2002::', 16],
    ['3fff::', 20],
  ],
  'ipv6',
);
const loopback4 = blocked([['127.0.0.0', 8]], 'ipv4');

/** Whether messages may go to this address, as text. */
export const isAllowedAddress = (address: string, { allowsLoopback }: AddressRules): boolean => {
  switch (isIP(address)) {
    case 4:
      return !notPublic4.check(address, 'ipv4') || (allowsLoopback && loopback4.check(address, 'ipv4'));
    case 6:
      if (address.includes('%')) return false;
      if (allowsLoopback && address === '::1') return true;
      return globalUnicast6.check(address, 'ipv6') && !notPublic6.check(address, 'ipv6');
    default:
      return false;
  }
};

const loopbackNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * What is wrong with a URL before anybody is asked about its name; undefined where nothing is. Parsing writes every spelling of an IPv4 address
 * (octal, hexadecimal, one number) in its usual form.
 */
export const refuseUrl = (text: string, rules: AddressRules): AddressReason | undefined => {
  if (!URL.canParse(text)) return 'url_malformed';
  const { protocol, hostname, username, password } = new URL(text);
  const isOwnMachine = rules.allowsLoopback && loopbackNames.has(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && isOwnMachine)) return 'not_https';
  if (username !== '' || password !== '') return 'has_credentials';
  const literal = hostname.replace(/^\[|\]$/g, '');
  return isIP(literal) !== 0 && !isAllowedAddress(literal, rules) ? 'address_not_public' : undefined;
};

/**
 * The look-up that a connection is made by: it resolves a name and gives back only what messages may go to. The connection is made to what it
 * gave back, so a name that answers otherwise a moment later leads nowhere else. One address that is not allowed refuses the name as a whole.
 */
export const guardedLookup =
  (rules: AddressRules, resolve: typeof resolveName = resolveName): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { family: 0, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      if (addresses.length === 0 || !addresses.every(({ address }) => isAllowedAddress(address, rules))) {
        callback(new AddressRefused(`${hostname} is not on the public network.`), '', 0);
        return;
      }
      const wanted = addresses.filter(
        ({ family }) => options.family === undefined || options.family === 0 || options.family === family,
      );
      const [first] = wanted;
      if (options.all === true) callback(null, wanted);
      else callback(null, first?.address ?? '', first?.family ?? 0);
    });
  };
