import { commonProblems } from '@finaegis/platform/http/common-problems';
import { openApiDocument } from '@finaegis/platform/http/openapi';
import { problemsOf } from '@finaegis/platform/http/route-problems';
import type { Services } from '@finaegis/platform/services';
import { describe, expect, it } from 'vitest';
import { mandateProblems } from '../fixtures/ledger-bank.ts';
import { testAssets, testRates } from '../fixtures/twins.ts';
import { createLedgerModule } from '../module.ts';

// While a context is only declared, nothing is there yet to be used.
const undeclared = new Proxy({} as Services, {
  get: (_, name) => {
    throw new Error(`The service ${String(name)} was used while the context was only being declared.`);
  },
});
const access = { require: async () => undefined, visibleAccounts: async () => undefined };
const { routes, problems, checked, commands } = createLedgerModule(undeclared, {
  access,
  assets: testAssets,
  rates: testRates,
});
const all = {
  ...commonProblems,
  ...mandateProblems,
  ...problems,
  rate_date_in_future: { status: 422, title: 'There is no rate of a day that has not come' },
};

describe('the ledger’s part of the API', () => {
  it('is published whole: every schema can be written as OpenAPI, every problem is documented', () => {
    const document = openApiDocument(routes, all, { title: 'Ledger', version: '1.0.0' }) as {
      readonly paths: Readonly<Record<string, object>>;
    };
    expect(
      Object.values(document.paths)
        .flatMap((path) => Object.keys(path))
        .filter((name) => name === 'get' || name === 'post'),
    ).toHaveLength(routes.length);
    expect(routes.flatMap((route) => problemsOf(route).filter((code) => !(code in all)))).toEqual([]);
  });

  it('asks an Idempotency-Key of everything that books money or changes a hold, and lets every POST be tried', () => {
    const posts = routes.filter(({ method }) => method === 'POST');
    expect(posts.filter(({ supportsDryRun }) => supportsDryRun !== true)).toEqual([]);
    const withoutKey = posts
      .filter(({ idempotency }) => idempotency !== 'required')
      .map(({ operationId }) => operationId);
    expect(withoutKey.toSorted()).toEqual([
      'closeBusinessDay',
      'issueQuote',
      'liftBlock',
      'openBusinessDay',
      'openEntity',
      'openHouseAccount',
      'placeBlock',
      'setOverdraftLimit',
    ]);
  });

  it('has its bookings checked first', () => {
    const names = commands.map(({ name }) => name);
    expect(checked).toEqual([
      'ledger.PostJournal',
      'ledger.PostLinkedJournals',
      'ledger.ReverseJournal',
      'ledger.Convert',
    ]);
    expect(names).toEqual(expect.arrayContaining([...checked]));
    expect(new Set(names).size).toBe(names.length);
  });
});
