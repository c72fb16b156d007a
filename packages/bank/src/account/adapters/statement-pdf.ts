import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { formatAmount } from '@finaegis/kernel/money';
import PDFDocument from 'pdfkit';
import {
  assertStatement,
  runningBalances,
  type StatementAddress,
  type StatementDocument,
  type StatementEntry,
  signedMinor,
  statementTotals,
} from '../statement/document.ts';

type Pdf = InstanceType<typeof PDFDocument>;

/**
 * Writes a statement as PDF, A4: who and what account, the totals, and every entry with the balance after it. The same
 * statement always gives the same bytes, so that a copy can be compared with the original.
 * @throws StatementInvalid when opening balance and entries do not make the closing balance
 */
export const writeStatementPdf = async (document: StatementDocument): Promise<Uint8Array> => {
  assertStatement(document);
  const { regular, bold } = await fonts();
  const pdf = new PDFDocument({
    size: 'A4',
    // Text placed below the bottom margin would start a page by itself; ours breaks only where `ensureRoom` says so.
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: 0 },
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    info: {
      Title: `Account statement ${document.number}, ${document.account.iban ?? document.account.localNumber}`,
      Author: document.servicer.name,
      Producer: 'FinAegis',
      Creator: 'FinAegis',
      CreationDate: new Date(document.createdAt),
    },
  });
  const bytes = collected(pdf);
  pdf.registerFont('regular', regular).registerFont('bold', bold);

  writeHeader(pdf, document);
  writeSummary(pdf, document);
  writeEntries(pdf, document);
  writeFooters(pdf, document);
  pdf.end();
  return bytes;
};

const MARGIN = 44;
const PAGE_BOTTOM = 841.89 - 64;
const WIDTH = 595.28 - 2 * MARGIN;
const INK = '#1b2430';
const MUTED = '#66707d';
const LINE = '#d5dae1';
const SHADE = '#f3f5f8';
const BRAND = '#12426b';

const columns = [
  { title: 'Booked', x: 0, width: 54, align: 'left' },
  { title: 'Value', x: 58, width: 54, align: 'left' },
  { title: 'Details', x: 116, width: 215, align: 'left' },
  { title: 'Amount', x: 335, width: 84, align: 'right' },
  { title: 'Balance', x: 423, width: WIDTH - 423, align: 'right' },
] as const;

let loadedFonts: Promise<{ readonly regular: Buffer; readonly bold: Buffer }> | undefined;

// The fonts built into PDF know Western Europe only; DejaVu has the letters of all of Europe, Greek and Cyrillic included.
const fonts = (): Promise<{ readonly regular: Buffer; readonly bold: Buffer }> => {
  loadedFonts ??= (async () => {
    const { resolve } = createRequire(import.meta.url);
    const [regular, bold] = await Promise.all([
      readFile(resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf')),
      readFile(resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf')),
    ]);
    return { regular, bold };
  })();
  return loadedFonts;
};

const collected = (pdf: Pdf): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(new Uint8Array(Buffer.concat(chunks))));
    pdf.on('error', reject);
  });

interface Style {
  readonly font?: 'regular' | 'bold';
  readonly size?: number;
  readonly color?: string;
  readonly align?: 'left' | 'right';
  readonly linesMax?: number;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Writes a text into a box and returns the height it took; what needs more than `linesMax` lines ends in an ellipsis. */
const write = (pdf: Pdf, text: string, { x, y, width }: Place, style: Style = {}): number => {
  const { font = 'regular', size = 8.5, color = INK, align = 'left', linesMax = 4 } = style;
  pdf.font(font).fontSize(size).fillColor(color);
  const printable = printableOf(text);
  const height = heightOf(pdf, printable, width, linesMax);
  pdf.text(printable, MARGIN + x, y, { width, align, height, ellipsis: true, lineBreak: true });
  return height;
};

const heightOf = (pdf: Pdf, text: string, width: number, linesMax: number): number => {
  const lineHeight = pdf.currentLineHeight(true);
  return Math.min(pdf.heightOfString(text, { width }), lineHeight * linesMax);
};

const printableOf = (text: string): string => text.replace(/[\s\u0000-\u001F\u007F-\u009F]+/gu, ' ').trim();

/** Writes a number on one line, in smaller type where it is long: an amount that breaks or is cut is another amount. */
const writeAmount = (pdf: Pdf, text: string, place: Place, style: Style = {}): void => {
  const { font = 'regular', size = 8.5, color = INK, align = 'right' } = style;
  pdf.font(font).fontSize(size).fillColor(color);
  const natural = pdf.widthOfString(text);
  if (natural > place.width) pdf.fontSize((size * place.width * 0.99) / natural);
  const indent = align === 'right' ? place.width - pdf.widthOfString(text) : 0;
  pdf.text(text, MARGIN + place.x + indent, place.y, { lineBreak: false });
};

/** Thousands apart by a no-break space, as ISO 80000 writes numbers for readers of any language. */
const amountText = (amountMinor: bigint, decimals: number): string => {
  const [whole = '', fraction] = formatAmount(amountMinor, decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, '\u00A0');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
};

const addressLines = (address: StatementAddress | undefined): readonly string[] => {
  if (address === undefined) return [];
  const joined = (...parts: readonly (string | undefined)[]): string =>
    parts.filter((part) => part !== undefined).join(' ');
  return [
    joined(address.department, address.subDepartment),
    joined(address.streetName, address.buildingNumber, address.buildingName, address.floor, address.room),
    joined(address.postBox),
    joined(address.postCode, address.townName, address.townLocationName),
    joined(address.districtName, address.countrySubDivision, address.country),
  ].filter((line) => line !== '');
};

const writeHeader = (pdf: Pdf, { servicer, number, period, account, createdAt }: StatementDocument): void => {
  pdf.rect(0, 0, 595.28, 6).fill(BRAND);
  write(pdf, servicer.name, { x: 0, y: 34, width: WIDTH / 2 }, { font: 'bold', size: 13, color: BRAND, linesMax: 2 });
  write(
    pdf,
    'Account statement',
    { x: WIDTH / 2, y: 34, width: WIDTH / 2 },
    { font: 'bold', size: 13, align: 'right' },
  );
  write(
    pdf,
    `No. ${number} · ${period.from} to ${period.to}`,
    { x: WIDTH / 2, y: 53, width: WIDTH / 2 },
    { color: MUTED, align: 'right' },
  );

  let y = 92;
  y += write(pdf, account.owner.name, { x: 0, y, width: 235 }, { font: 'bold', size: 10 }) + 2;
  for (const line of addressLines(account.owner.address))
    y += write(pdf, line, { x: 0, y, width: 235 }, { size: 9 }) + 1;

  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Account', account.localNumber],
    ['IBAN', account.iban?.replace(/(.{4})(?=.)/g, '$1 ')],
    ['BIC', servicer.bic],
    ['Name', account.name],
    ['Currency', account.currency],
    ['Issued', `${createdAt.slice(0, 10)} ${createdAt.slice(11, 16)} UTC`],
  ];
  let factY = 92;
  for (const [label, value] of facts) {
    if (value === undefined) continue;
    write(pdf, label, { x: 265, y: factY, width: 60 }, { color: MUTED });
    factY +=
      write(pdf, value, { x: 325, y: factY, width: WIDTH - 325 }, { font: 'bold', align: 'right', linesMax: 2 }) + 3;
  }
  pdf.y = Math.max(y, factY) + 14;
};

const writeSummary = (pdf: Pdf, document: StatementDocument): void => {
  const { account, openingBalance, closingBalance } = document;
  const { credits, debits } = statementTotals(document);
  const boxes = [
    [`Opening balance ${openingBalance.date}`, openingBalance.amountMinor],
    [`Credits (${credits.count})`, credits.sumMinor],
    [`Debits (${debits.count})`, -debits.sumMinor],
    [`Closing balance ${closingBalance.date}`, closingBalance.amountMinor],
  ] as const;
  const { y } = pdf;
  const width = WIDTH / boxes.length;
  pdf.rect(MARGIN, y, WIDTH, 42).fill(SHADE);
  for (const [index, [label, amountMinor]] of boxes.entries()) {
    const x = index * width + 8;
    write(pdf, label, { x, y: y + 8, width: width - 12 }, { size: 7, color: MUTED, linesMax: 1 });
    const style = { font: 'bold', size: 10.5, align: 'left' } as const;
    writeAmount(pdf, amountText(amountMinor, account.decimals), { x, y: y + 21, width: width - 12 }, style);
  }
  pdf.y = y + 42 + 16;
};

const writeTableHead = (pdf: Pdf): void => {
  const { y } = pdf;
  for (const { title, x, width, align } of columns) {
    write(pdf, title, { x, y, width }, { font: 'bold', size: 7.5, color: MUTED, align, linesMax: 1 });
  }
  rule(pdf, y + 13, BRAND);
  pdf.y = y + 18;
};

const rule = (pdf: Pdf, y: number, color: string): void => {
  pdf
    .moveTo(MARGIN, y)
    .lineTo(MARGIN + WIDTH, y)
    .lineWidth(0.5)
    .strokeColor(color)
    .stroke();
};

const ensureRoom = (pdf: Pdf, height: number): void => {
  if (pdf.y + height <= PAGE_BOTTOM) return;
  pdf.addPage();
  pdf.y = MARGIN;
  writeTableHead(pdf);
};

interface Detail {
  readonly text: string;
  readonly style: Style;
}

const detailsOf = (entry: StatementEntry): readonly Detail[] => {
  const { counterparty, remittance, endToEndId, bankTransactionCode, isReversal, reference } = entry;
  const { domain, family, subFamily } = bankTransactionCode;
  const small = { size: 7, color: MUTED, linesMax: 2 };
  const lines: readonly (Detail | undefined)[] = [
    { text: `${counterparty?.name ?? operationOf(entry)}${isReversal ? ' (reversal)' : ''}`, style: { linesMax: 2 } },
    detail(counterparty?.iban?.replace(/(.{4})(?=.)/g, '$1 ') ?? counterparty?.accountId, small),
    detail(remittance, { size: 7.5, linesMax: 6 }),
    detail(endToEndId === undefined ? undefined : `End-to-end reference ${endToEndId}`, small),
    { text: `${reference} · ${domain}/${family}/${subFamily}`, style: small },
  ];
  return lines.filter((line) => line !== undefined);
};

const detail = (text: string | undefined, style: Style): Detail | undefined =>
  text === undefined || printableOf(text) === '' ? undefined : { text, style };

const operations: Readonly<Record<string, string>> = {
  FEES: 'Fee',
  CHRG: 'Charges',
  INTR: 'Interest',
  TAXE: 'Tax',
  COMM: 'Commission',
  ADJT: 'Adjustment',
  CDPT: 'Cash deposit',
  CWDL: 'Cash withdrawal',
  STDO: 'Standing order',
};

const operationOf = ({ bankTransactionCode: { domain, subFamily }, creditDebit }: StatementEntry): string =>
  operations[subFamily] ??
  (domain === 'FORX' ? 'Currency conversion' : creditDebit === 'credit' ? 'Incoming transfer' : 'Outgoing transfer');

const writeEntries = (pdf: Pdf, document: StatementDocument): void => {
  writeTableHead(pdf);
  if (document.entries.length === 0) {
    write(pdf, 'No entries in this period.', { x: 0, y: pdf.y, width: WIDTH }, { color: MUTED });
    return;
  }
  for (const { entry, balanceMinor } of runningBalances(document)) writeEntry(pdf, document, entry, balanceMinor);
};

const writeEntry = (pdf: Pdf, { account }: StatementDocument, entry: StatementEntry, balanceMinor: bigint): void => {
  const [booked, value, details, amount, balance] = columns;
  const lines = detailsOf(entry);
  const height = lines.reduce((sum, { text, style }) => {
    pdf.font(style.font ?? 'regular').fontSize(style.size ?? 8.5);
    return sum + heightOf(pdf, printableOf(text), details.width, style.linesMax ?? 4) + 1;
  }, 0);
  ensureRoom(pdf, height + 8);

  const { y } = pdf;
  write(pdf, entry.bookingDate, { ...booked, y });
  write(pdf, entry.valueDate, { ...value, y }, { color: MUTED });
  writeAmount(pdf, amountText(signedMinor(entry), account.decimals), { ...amount, y }, { font: 'bold' });
  writeAmount(pdf, amountText(balanceMinor, account.decimals), { ...balance, y }, { color: MUTED });
  let lineY = y;
  for (const { text, style } of lines) lineY += write(pdf, text, { ...details, y: lineY }, style) + 1;
  rule(pdf, y + height + 3, LINE);
  pdf.y = y + height + 8;
};

const writeFooters = (pdf: Pdf, { account, servicer, number }: StatementDocument): void => {
  const { count } = pdf.bufferedPageRange();
  for (let page = 0; page < count; page += 1) {
    pdf.switchToPage(page);
    const y = 841.89 - 40;
    rule(pdf, y - 8, LINE);
    const left = `${servicer.name} · ${account.iban ?? account.localNumber} · statement ${number}`;
    write(pdf, left, { x: 0, y, width: WIDTH - 90 }, { size: 7, color: MUTED, linesMax: 1 });
    write(
      pdf,
      `Page ${page + 1} of ${count}`,
      { x: WIDTH - 90, y, width: 90 },
      { size: 7, color: MUTED, align: 'right' },
    );
  }
};
