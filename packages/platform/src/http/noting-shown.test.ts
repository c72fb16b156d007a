import { expect, it } from 'vitest';
import type { Principal } from '../auth/principal.ts';
import { noteSeen, whileUnmasked } from '../event-store/masking.ts';
import { type Look, notingShown } from './noting-shown.ts';
import type { Route } from './route.ts';

const staff: Principal = { kind: 'user', id: 'u', userId: 'u', tenantId: 't', scopes: [] };
const asked = async (
  personalData: Route['personalData'],
  { principal = staff, isFull = false, checkAnswers = false, subjects = ['party:p'] } = {},
) => {
  const notes: Look[] = [];
  const looks = { isFull: () => isFull, note: (look: Look) => void notes.push(look) };
  const route = { operationId: 'getParty', ...(personalData === undefined ? {} : { personalData }) } as Route;
  const handle = async () => {
    for (const subject of subjects) noteSeen(subject);
    return { status: 200 };
  };
  await notingShown(route, { principal, id: 'r' }, handle, { looks, checkAnswers });
  return notes;
};

it('what staff are shown is noted once for each whose it is', async () => {
  expect(await asked('shown', { subjects: ['party:q', 'party:p', 'party:q'] })).toEqual([
    {
      tenantId: 't',
      principalId: 'u',
      userId: 'u',
      operationId: 'getParty',
      requestId: 'r',
      subjects: ['party:p', 'party:q'],
    },
  ]);
  expect(await asked('shown', { subjects: [] })).toEqual([]);
});

it('nothing is noted of a customer, nor of what the sender knows', async () => {
  expect(await asked('shown', { principal: { ...staff, actingFor: 'p' } })).toEqual([]);
  expect(await asked('known')).toEqual([]);
});

it('nothing is shown of which no line can be kept', async () => {
  await expect(asked('shown', { isFull: true })).rejects.toThrow('overloaded');
  expect(await asked('known', { isFull: true })).toEqual([]);
});

it('a route that shows what it does not declare fails in tests, also to a customer; one that only decides by it does not', async () => {
  const principal = { ...staff, actingFor: 'p' };
  await expect(asked(undefined, { checkAnswers: true, principal })).rejects.toThrow('does not declare');
  expect(await asked(undefined)).toEqual([]);
  const answer = await notingShown(
    { operationId: 'logIn' } as Route,
    { principal: staff, id: 'r' },
    () =>
      whileUnmasked(async () => {
        noteSeen('user:u');
        return { status: 201 };
      }),
    { looks: undefined, checkAnswers: true },
  );
  expect(answer.status).toBe(201);
});
