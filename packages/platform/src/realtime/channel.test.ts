import { describe, expect, it } from 'vitest';
import { carries, channelTable, mayListen, type NamedChannel, routesOf } from './channel.ts';
import { platformChannels } from './channels.ts';

const table = channelTable([
  ...platformChannels,
  {
    name: 'tenant.{tenantId}.pots.{accountId}',
    summary: 'One pot.',
    permission: 'pots:read',
    audience: 'mandate',
    events: ['pots.*'],
  },
]);
const named = (name: string): NamedChannel => {
  const channel = table.find(name);
  if (channel === undefined) throw new Error(`There is no ${name}.`);
  return channel;
};
const key = { kind: 'key', id: 'k1', tenantId: 't1', scopes: ['realtime:read', 'pots:read'] } as const;
const staff = { principal: key, accounts: undefined };
const customer = { principal: { ...key, actingFor: 'p1' }, accounts: new Set(['a1', 'a2']) };

describe('a channel', () => {
  it('is found by its whole name, with the ids that stand in it', () => {
    expect(named('private-tenant.t1.pots.a1')).toMatchObject({
      isPresence: false,
      ids: { tenantId: 't1', accountId: 'a1' },
    });
    expect(named('presence-tenant.t1').isPresence).toBe(true);
    for (const name of [
      'tenant.t1',
      'private-tenant.',
      'private-tenant.t1.pots',
      'private-tenant.t1.pots.a.b',
      'presence-user.k1',
      'private-tenant.t 1',
      'private-tenantXt1',
    ])
      expect([name, table.find(name)]).toEqual([name, undefined]);
  });

  it('is declared once, with ids that somebody knows how to compare', () => {
    const [one] = platformChannels;
    if (one === undefined) throw new Error('The platform has channels.');
    expect(() => channelTable([one, one])).toThrow('declared twice');
    expect(() => channelTable([{ ...one, name: 'tenant.{tenantId}.pots.{potId}' }])).toThrow('what is potId?');
  });

  it('is for whoever has its scope, in its tenant', () => {
    const one = named('private-tenant.t1.pots.a9');
    expect(mayListen(staff, one)).toBe(true);
    for (const change of [{ tenantId: 't2' }, { scopes: ['realtime:read'] }, { scopes: ['pots:read'] }])
      expect(mayListen({ ...staff, principal: { ...key, ...change } }, one)).toBe(false);
  });

  it('is for a customer where its mandates say so', () => {
    expect(mayListen(customer, named('private-tenant.t1.pots.a1'))).toBe(true);
    expect(mayListen(customer, named('private-tenant.t1.pots.a'))).toBe(false);
    expect(mayListen(customer, named('private-tenant.t1.pots.a11'))).toBe(false);
    expect(mayListen(customer, named('private-tenant.t1'))).toBe(false);
  });

  it('of a principal is for that one, or for those who act for that party', () => {
    for (const [name, isFor] of [
      ['k1', true],
      ['p1', true],
      ['p2', false],
      ['k', false],
    ] as const)
      expect([name, mayListen(customer, named(`private-user.${name}`))]).toEqual([name, isFor]);
    expect(mayListen(staff, named('private-user.p1'))).toBe(false);
  });

  it('carries what it was declared for, to whoever could read it', () => {
    const [all, pots] = [named('private-tenant.t1'), named('private-tenant.t1.pots.a1')];
    expect(carries(all, key, 'pots.pot.filled')).toBe(true);
    expect(carries(all, key, 'pans.pan.filled')).toBe(false);
    expect(carries(pots, { ...key, scopes: ['*'] }, 'pans.pan.filled')).toBe(false);
  });

  it('is found under its account, under all that its customer sees, or under everything', () => {
    expect(routesOf(named('private-tenant.t1.pots.a1'), customer)).toEqual(['account:a1']);
    expect(routesOf(named('private-user.p1'), customer)).toEqual(['account:a1', 'account:a2']);
    expect(routesOf(named('private-tenant.t1'), staff)).toEqual(['all']);
  });
});
