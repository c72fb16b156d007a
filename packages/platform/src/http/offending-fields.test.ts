import { describe, expect, it } from 'vitest';
import { offendingFields, sentIn } from './offending-fields.ts';

const problems = {
  account_unknown: { status: 404, title: 'There is no such account', offender: 'account' },
  holders_missing: { status: 422, title: 'Somebody must hold it', offender: 'holders' },
  day_wrong: { status: 422, title: 'Not that day', field: 'date' },
  right_missing: { status: 403, title: 'It has no right to', offender: 'right', otherwise: '/headers/authorization' },
  batch_refused: { status: 422, title: 'One of them was refused' },
};
const fieldsOf = (
  sent: Parameters<typeof sentIn>[0],
  refusal: { readonly code: string; readonly [fact: string]: unknown },
) => offendingFields(sentIn(sent), refusal, problems).map(({ field }) => field);
const unknown = (account: string) => ({ code: 'account_unknown', account });

describe('a refusal about something that was sent', () => {
  it('names the field that holds it, with its own code and title', () => {
    expect(offendingFields(sentIn({ body: { from: 'a', to: 'b' } }), unknown('b'), problems)).toEqual([
      { field: '/body/to', code: 'account_unknown', message: 'There is no such account' },
    ]);
  });

  it('names it wherever it stands: in the path, the query, deep in the body, more than once', () => {
    const sent = {
      params: { id: 'x' },
      query: { account: 'x' },
      body: { postings: [{ account: 'y' }, { account: 'x' }] },
    };
    expect(fieldsOf(sent, unknown('x'))).toEqual(['/params/id', '/query/account', '/body/postings/1/account']);
  });

  it('names twenty fields at most', () => {
    expect(fieldsOf({ body: Array.from({ length: 50 }, () => 'x') }, unknown('x'))).toHaveLength(20);
  });

  it('names nothing when it is about something the bank added itself', () => {
    expect(fieldsOf({ body: { from: 'a' } }, unknown('main:cash'))).toEqual([]);
  });

  it('that does not repeat the value names the one field of that name, and none of several', () => {
    expect(fieldsOf({ body: { holders: [] } }, { code: 'holders_missing' })).toEqual(['/body/holders']);
    expect(fieldsOf({ query: { holders: '' }, body: { holders: [] } }, { code: 'holders_missing' })).toEqual([]);
  });

  it('that tells what should have been sent names the field that was', () => {
    expect(fieldsOf({ body: { date: '2026-03-01' } }, { code: 'day_wrong', date: '2026-03-02' })).toEqual([
      '/body/date',
    ]);
  });

  it('about what nobody sent names where the fault lies instead', () => {
    expect(fieldsOf({ body: { right: 'a' } }, { code: 'right_missing', right: 'a' })).toEqual(['/body/right']);
    expect(fieldsOf({ body: {} }, { code: 'right_missing', right: 'a' })).toEqual(['/headers/authorization']);
  });

  it('passed on from one of many names the field of that one', () => {
    const sent = { body: { transfers: [{ to: 'x' }, { to: 'x' }] } };
    expect(fieldsOf(sent, { code: 'batch_refused', index: 1, refusal: unknown('x') })).toEqual([
      '/body/transfers/1/to',
    ]);
  });
});
