import { describe, expect, it } from 'vitest';
import { AddressRefused, guardedLookup, isAllowedAddress, refuseUrl } from './address-guard.ts';

const strict = { allowsLoopback: false };
const development = { allowsLoopback: true };

describe('an address', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.9.9.9',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.9',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
    '1.2.3',
  ])('%s is not on the public network', (address) => {
    expect(isAllowedAddress(address, strict)).toBe(false);
  });

  it.each(['8.8.8.8', '172.32.0.1', '172.15.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::1'])(
    '%s is',
    (address) => {
      expect(isAllowedAddress(address, strict)).toBe(true);
    },
  );

  it('of the own machine is allowed in development, and no other one that is not public', () => {
    expect(['127.0.0.1', '::1'].map((address) => isAllowedAddress(address, development))).toEqual([true, true]);
    expect(
      ['10.0.0.1', '169.254.169.254', '::ffff:127.0.0.1'].map((address) => isAllowedAddress(address, development)),
    ).toEqual([false, false, false]);
  });
});

describe('a URL', () => {
  it.each([
    ['https://example.com/hook', undefined],
    ['https://example.com:8443/hook?x=1', undefined],
    ['https://93.184.215.14/', undefined],
    ['example.com/hook', 'url_malformed'],
    ['http://example.com/', 'not_https'],
    ['file:///etc/passwd', 'not_https'],
    ['https://user:secret@example.com/', 'has_credentials'],
    ['https://127.0.0.1/', 'address_not_public'],
    ['https://0x7f.1/', 'address_not_public'],
    ['https://2130706433/', 'address_not_public'],
    ['https://017700000001/', 'address_not_public'],
    ['https://[::1]/', 'address_not_public'],
    ['https://[::ffff:169.254.169.254]/', 'address_not_public'],
    ['http://localhost:3000/', 'not_https'],
  ])('%s: %s', (url, reason) => {
    expect(refuseUrl(url, strict)).toBe(reason);
  });

  it('of the own machine needs no https in development', () => {
    expect(refuseUrl('http://localhost:3000/', development)).toBeUndefined();
    expect(refuseUrl('http://127.0.0.1:3000/', development)).toBeUndefined();
    expect(refuseUrl('http://example.com/', development)).toBe('not_https');
    expect(refuseUrl('http://10.0.0.1/', development)).toBe('not_https');
  });
});

describe('the look-up of a name', () => {
  type Answer = readonly { readonly address: string; readonly family: number }[];
  const asked = (answer: Answer, options: { readonly all?: boolean }) =>
    new Promise<{ readonly error: unknown; readonly given: unknown }>((resolve) => {
      const dns = ((_: string, __: unknown, callback: (error: null, found: Answer) => void) =>
        callback(null, answer)) as never;
      guardedLookup(strict, dns)('example.com', options, (error, given) => resolve({ error, given }));
    });
  const publicOne = { address: '8.8.8.8', family: 4 };

  it('gives back what it checked, which is what the connection is made to', async () => {
    expect(await asked([publicOne], { all: true })).toEqual({ error: null, given: [publicOne] });
    expect(await asked([publicOne], {})).toEqual({ error: null, given: '8.8.8.8' });
  });

  it('refuses a name one of whose addresses is not public, and one that has none', async () => {
    const inside = { address: '169.254.169.254', family: 4 };
    expect((await asked([publicOne, inside], { all: true })).error).toBeInstanceOf(AddressRefused);
    expect((await asked([], { all: true })).error).toBeInstanceOf(AddressRefused);
  });
});
