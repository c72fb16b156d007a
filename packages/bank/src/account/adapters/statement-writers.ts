import type { StatementWriter } from '../ports.ts';
import { camt053Refusal, writeStatementCamt053 } from './statement-camt053.ts';
import { writeStatementCsv } from './statement-csv.ts';
import { writeStatementJson } from './statement-json.ts';
import { writeStatementPdf } from './statement-pdf.ts';

const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const always = (): undefined => undefined;

/** Every form a statement is handed out in; the first is what who asks for nothing in particular is given. */
export const statementWriters: readonly StatementWriter[] = [
  {
    format: 'json',
    contentType: 'application/json; charset=utf-8',
    extension: 'json',
    refuses: always,
    write: async (document) => utf8(writeStatementJson(document)),
  },
  {
    format: 'csv',
    contentType: 'text/csv; charset=utf-8',
    extension: 'csv',
    refuses: always,
    write: async (document) => utf8(writeStatementCsv(document)),
  },
  { format: 'pdf', contentType: 'application/pdf', extension: 'pdf', refuses: always, write: writeStatementPdf },
  {
    format: 'camt053',
    contentType: 'application/xml; charset=utf-8',
    extension: 'xml',
    refuses: camt053Refusal,
    write: async (document) => utf8(writeStatementCamt053(document)),
  },
];
