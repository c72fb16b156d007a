import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BankStatement } from './bank-statement.ts';
import type { CreditTransferLine } from './credit-transfer.ts';
import { bankStatement, creditTransferFile, statusReport } from './fixtures/arbitraries.ts';
import { schemaProblems } from './fixtures/schema-problems.ts';
import { isOldGeneration, type MessageName, messageNames } from './message.ts';
import { MessageNotWritable } from './problem.ts';
import { readBankStatementFile } from './read-bank-statements.ts';
import { readCreditTransferFile } from './read-credit-transfers.ts';
import { readStatusReport } from './read-status-report.ts';
import type { StatusReport } from './status-report.ts';
import { writeBankStatements } from './write-bank-statements.ts';
import { type CreditTransferOrder, writeCreditTransfers } from './write-credit-transfers.ts';
import { writeStatusReport } from './write-status-report.ts';

const named = <Prefix extends string>(prefix: Prefix) =>
  messageNames.filter((name): name is Extract<MessageName, `${Prefix}${string}`> => name.startsWith(prefix));

const runs = { numRuns: 60 };
// A dozen documents for one start of the validator; it is not started again to make a failing dozen smaller.
const validated = { numRuns: 1, endOnFailure: true };
const dozen = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> =>
  fc.array(arbitrary, { minLength: 12, maxLength: 12 });

const kinds = { 'camt.052': 'report', 'camt.053': 'statement', 'camt.054': 'notification' } as const;
const kindOf = (message: string): BankStatement['kind'] => kinds[message.slice(0, 8) as keyof typeof kinds];

describe.each(named('pain.001.'))('credit transfers as %s', (message) => {
  const file = creditTransferFile(isOldGeneration(message));

  it('are read as they were written', async () => {
    await fc.assert(
      fc.asyncProperty(file, async (written) => {
        const { xml, changes } = writeCreditTransfers(written, message);
        expect(changes).toEqual([]);
        expect(await readCreditTransferFile([xml])).toEqual({ message: written, problems: [] });
      }),
      runs,
    );
  });

  it('are valid by the published schema', async () => {
    await fc.assert(
      fc.asyncProperty(dozen(file), async (all) => {
        const documents = all.map((written) => writeCreditTransfers(written, message).xml);
        expect(await schemaProblems(documents, message)).toEqual([]);
      }),
      validated,
    );
  });
});

describe.each(named('pain.002.'))('a status report as %s', (message) => {
  const report = statusReport(isOldGeneration(message)) as fc.Arbitrary<StatusReport>;

  it('is read as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(report, async (written) => {
        const { xml, changes } = writeStatusReport(written, message);
        expect(changes).toEqual([]);
        expect(await readStatusReport([xml])).toEqual({ message: written, problems: [] });
      }),
      runs,
    );
  });

  it('is valid by the published schema', async () => {
    await fc.assert(
      fc.asyncProperty(dozen(report), async (all) => {
        const documents = all.map((written) => writeStatusReport(written, message).xml);
        expect(await schemaProblems(documents, message)).toEqual([]);
      }),
      validated,
    );
  });
});

describe.each(named('camt.'))('bank statements as %s', (message) => {
  const statement = bankStatement(kindOf(message), isOldGeneration(message)) as fc.Arbitrary<BankStatement>;

  it('are read as they were written', async () => {
    await fc.assert(
      fc.asyncProperty(statement, async (written) => {
        const { xml, changes } = writeBankStatements([written], message);
        expect(changes).toEqual([]);
        expect(await readBankStatementFile([xml])).toEqual({ message: [written], problems: [] });
      }),
      runs,
    );
  });

  it('are valid by the published schema', async () => {
    await fc.assert(
      fc.asyncProperty(dozen(statement), async (all) => {
        const documents = all.map((written) => writeBankStatements([written], message).xml);
        expect(await schemaProblems(documents, message)).toEqual([]);
      }),
      validated,
    );
  });
});

const line: CreditTransferLine = {
  endToEndId: 'E1',
  amount: { amount: '10.50', currency: 'EUR' },
  creditor: { name: 'Payee' },
  creditorAccount: { iban: 'DE89370400440532013000' },
};

const order = (changes: Partial<CreditTransferLine> = {}): CreditTransferOrder => ({
  messageId: 'M1',
  createdAt: '2025-01-15T10:00:00Z',
  initiator: {},
  payments: [
    {
      paymentInfoId: 'B1',
      executionDate: '2025-01-16',
      debtor: { name: 'Payer' },
      debtorAccount: { iban: 'CZ6508000000192000145399' },
      debtorAgent: {},
      lines: [{ ...line, ...changes }],
    },
  ],
});

const at = (path: string): string => `CstmrCdtTrfInitn/PmtInf[1]/CdtTrfTxInf[1]/${path}`;

describe('what a message cannot carry as it is', () => {
  it('names and texts are respelled, and it is told which', async () => {
    const { xml, changes } = writeCreditTransfers(
      order({ creditor: { name: 'Jiří Dvořák & synové' }, remittance: { unstructured: ['Nájem – únor'] } }),
    );
    expect(xml).toContain('<Nm>Jiri Dvorak + synove</Nm>');
    expect(changes).toEqual([
      { path: at('Cdtr/Nm'), from: 'Jiří Dvořák & synové', to: 'Jiri Dvorak + synove' },
      { path: at('RmtInf/Ustrd'), from: 'Nájem – únor', to: 'Najem - unor' },
    ]);
  });

  it('names that are too long are cut, texts go on in the next line', async () => {
    const name = 'n'.repeat(150);
    const { xml, changes } = writeCreditTransfers(
      order({ creditor: { name }, remittance: { unstructured: ['x'.repeat(300)] } }),
    );
    expect(changes).toEqual([{ path: at('Cdtr/Nm'), from: name, to: name.slice(0, 140) }]);
    expect(await schemaProblems([xml], 'pain.001.001.09')).toEqual([]);
    const { message } = await readCreditTransferFile([xml]);
    expect(message?.payments[0]?.lines[0]?.remittance?.unstructured?.map(({ length }) => length)).toEqual([
      140, 140, 20,
    ]);
  });

  it('what an old version has no place for is left out, and told', async () => {
    const uetr = '00000000-0000-4000-8000-00000000000a';
    const address = { room: '3', townName: 'Praha', country: 'Czechia' };
    const { xml, changes } = writeCreditTransfers(order({ uetr, creditor: { name: 'P', address } }), 'pain.001.001.03');
    expect(changes).toEqual([
      { path: at('PmtId/UETR'), from: uetr, to: '' },
      { path: at('Cdtr/PstlAdr/Room'), from: '3', to: '' },
      { path: at('Cdtr/PstlAdr/Ctry'), from: 'Czechia', to: '' },
    ]);
    expect(await schemaProblems([xml], 'pain.001.001.03')).toEqual([]);
  });

  it('a bank and an initiator nobody knows are written as the schema asks for them', async () => {
    for (const message of named('pain.001.')) {
      const { xml } = writeCreditTransfers(order(), message);
      expect(await schemaProblems([xml], message)).toEqual([]);
      expect((await readCreditTransferFile([xml])).message?.payments[0]?.debtorAgent).toEqual({ other: 'NOTPROVIDED' });
    }
  });

  it.each([
    ['an id that is too long', { endToEndId: 'E'.repeat(36) }, 'text_too_long', 'PmtId/EndToEndId'],
    ['an id in other letters', { endToEndId: 'platba č. 7' }, 'text_not_writable', 'PmtId/EndToEndId'],
    ['no id', { endToEndId: '' }, 'field_missing', 'PmtId/EndToEndId'],
    ['no UETR', { uetr: 'u' }, 'uetr_malformed', 'PmtId/UETR'],
    [
      'an amount that is too fine',
      { amount: { amount: '1.005', currency: 'EUR' } },
      'amount_scale_too_fine',
      'Amt/InstdAmt',
    ],
    ['no amount', { amount: { amount: 'ten', currency: 'EUR' } }, 'amount_malformed', 'Amt/InstdAmt'],
    ['nothing', { amount: { amount: '0.00', currency: 'EUR' } }, 'amount_not_positive', 'Amt/InstdAmt'],
    ['19 digits', { amount: { amount: `${'9'.repeat(17)}.00`, currency: 'EUR' } }, 'amount_too_large', 'Amt/InstdAmt'],
    ['no money', { amount: { amount: '1', currency: 'BTC' } }, 'currency_unknown', 'Amt/InstdAmt'],
    ['a wrong IBAN', { creditorAccount: { iban: 'DE88370400440532013000' } }, 'iban_malformed', 'CdtrAcct/Id/IBAN'],
    ['a wrong BIC', { creditorAgent: { bic: 'BANK' } }, 'bic_malformed', 'CdtrAgt/FinInstnId/BICFI'],
  ] as const)('%s is refused and nothing is written', (_, changes, code, path) => {
    const problem = expect.objectContaining({ code, path: at(path) });
    expect(() => writeCreditTransfers(order(changes))).toThrow(
      expect.objectContaining({ name: 'MessageNotWritable', problems: [problem] }),
    );
  });

  it('all that is wrong is said at once', () => {
    const wrong = { ...order(), messageId: '', createdAt: 'yesterday', payments: [] };
    expect(() => writeCreditTransfers(wrong)).toThrow(MessageNotWritable);
    expect(() => writeCreditTransfers(wrong)).toThrow(
      /PmtInf field_missing.*MsgId field_missing.*CreDtTm date_malformed/,
    );
  });

  it('a bank code that old schemas do not know is refused there only', () => {
    const changes = { creditorAgent: { bic: 'E097AEXX' } };
    expect(writeCreditTransfers(order(changes)).xml).toContain('E097AEXX');
    expect(() => writeCreditTransfers(order(changes), 'pain.001.001.03')).toThrow(/bic_malformed/);
  });

  it('a status that an old report does not know is refused, and so is a reason that is no code', () => {
    const report: StatusReport = {
      messageId: 'S1',
      createdAt: '2025-01-15T10:00:00Z',
      original: { messageId: 'M1', name: 'pain.001.001.03' },
      groupStatus: 'ACCC',
      reasons: [],
      payments: [],
    };
    expect(() => writeStatusReport(report, 'pain.002.001.03')).toThrow(/GrpSts code_unknown/);
    expect(writeStatusReport(report).xml).toContain('<GrpSts>ACCC</GrpSts>');
    expect(() => writeStatusReport({ ...report, reasons: [{ code: 'no code' }] })).toThrow(/Rsn\/Cd code_unknown/);
  });

  it('statements without a balance, and notifications with one, are refused, and so is one kind in a message of another', () => {
    const bare: BankStatement = {
      kind: 'statement',
      messageId: 'M1',
      id: 'S1',
      createdAt: '2025-01-31T22:00:00Z',
      account: { iban: 'DE89370400440532013000' },
      balances: [],
      entries: [],
    };
    const balance = {
      type: 'CLBD',
      amount: { amount: '1.00', currency: 'EUR' },
      side: 'CRDT',
      date: '2025-01-31',
    } as const;
    expect(() => writeBankStatements([bare])).toThrow(/Bal field_missing/);
    expect(() => writeBankStatements([{ ...bare, kind: 'notification', balances: [balance] }])).toThrow(
      /Bal code_unknown/,
    );
    const report = { ...bare, kind: 'report' } as const;
    expect(() => writeBankStatements([report], 'camt.053.001.08')).toThrow(/message_not_expected/);
    expect(() => writeBankStatements([{ ...bare, balances: [balance], account: {} }])).toThrow(
      /Acct\/Id field_missing/,
    );
  });

  it('any text of a customer makes a valid message', async () => {
    const anything = fc.string({ unit: 'binary', maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(anything, anything), { minLength: 40, maxLength: 40 }), async (texts) => {
        const documents = texts.map(([name, text]) => {
          const changed = order({ creditor: { name }, remittance: { unstructured: [text] } });
          return writeCreditTransfers(changed).xml;
        });
        expect(await schemaProblems(documents, 'pain.001.001.09')).toEqual([]);
      }),
      validated,
    );
  });
});
