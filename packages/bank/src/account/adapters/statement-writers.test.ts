import { describe, expect, it } from 'vitest';
import { statementFormats } from '../ports.ts';
import { demoStatement } from '../statement/fixtures/demo-statement.ts';
import { itWritesStatements } from './fixtures/statement-writer-contract.ts';
import { statementWriters } from './statement-writers.ts';

describe.each(statementWriters.map((writer) => [writer.format, writer] as const))('statements as %s', (_, writer) => {
  itWritesStatements(writer);
});

describe('the forms of a statement', () => {
  it('are all there, JSON first, each with a media type of its own', () => {
    expect(statementWriters.map(({ format }) => format)).toEqual(statementFormats);
    expect(new Set(statementWriters.map(({ contentType }) => contentType)).size).toBe(statementFormats.length);
  });

  it('are all of them for money, and all but camt.053 for anything else', () => {
    const document = demoStatement([]);
    const bitcoin = { ...document, account: { ...document.account, currency: 'BTC', decimals: 8 } };
    expect(statementWriters.map((writer) => writer.refuses(bitcoin))).toEqual([
      undefined,
      undefined,
      undefined,
      'asset_not_fiat',
    ]);
  });
});
