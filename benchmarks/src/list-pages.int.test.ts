import { declaredModules } from '@finaegis/server/modules';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BenchDatabase, benchDatabase } from './database.ts';
import { type Books, openBooks } from './ledger-books.ts';
import { type ListPages, openListPages } from './list-pages.ts';

let database: BenchDatabase;
let books: Books;
let lists: ListPages;

beforeAll(async () => {
  database = await benchDatabase(declaredModules());
  books = await openBooks(database, 20);
  lists = await openListPages(books);
});

afterAll(async () => {
  await lists.close();
  await books.bank.close();
  await database.close();
});

test('every list of the API is among those that are measured, and what is none is known', async () => {
  expect(lists.paths).toContain('/v1/journals');
  expect(lists.paths).toContain('/v1/accounts');
  expect(lists.paths.length).toBeGreaterThan(20);
  for (const path of lists.paths) await lists.first(path);
  // One says where tokens are to be had, one proves something, two want to be told of which stream and channels, two are for people who logged in, and one is the platform's own.
  expect([...lists.others].sort()).toEqual([
    '/.well-known/oauth-authorization-server 200',
    '/v1/audit/consistency 400',
    '/v1/audit/events 400',
    '/v1/me 403',
    '/v1/me/sessions 403',
    '/v1/stream 400',
    '/v1/tenants 403',
  ]);
  await expect(lists.first('/v1/nothing')).rejects.toThrow('/v1/nothing answered 404');
});
