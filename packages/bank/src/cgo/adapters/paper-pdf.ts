import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';

type Pdf = InstanceType<typeof PDFDocument>;

/** A paper as it is printed. */
export interface PaperToPrint {
  readonly title: string;
  readonly number: string;
  /** Instant; also the file's own date, so that the same paper is always the same bytes. */
  readonly issuedAt: string;
  readonly holder: string;
  /** Printed large across the head: why it counts no more. */
  readonly mark?: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly text: string;
  /** Lines of a table of six columns. */
  readonly rows: readonly (readonly string[])[];
}

const margin = 56;
const width = 595.28 - 2 * margin;
const bottom = 841.89 - 72;
const columns = [64, 56, 88, 96, 76, width - 380] as const;

let loadedFonts: Promise<readonly [Buffer, Buffer]> | undefined;

// The fonts built into PDF know Western Europe only; DejaVu has the letters of all of Europe.
const fonts = (): Promise<readonly [Buffer, Buffer]> => {
  const { resolve } = createRequire(import.meta.url);
  const load = (name: string) => readFile(resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));
  loadedFonts ??= Promise.all([load('DejaVuSansCondensed'), load('DejaVuSansCondensed-Bold')]);
  return loadedFonts;
};

/** Writes a paper as PDF, A4. The same paper always gives the same bytes, so that a copy can be compared with the original. */
export const writePaper = async (paper: PaperToPrint): Promise<Uint8Array> => {
  const [regular, bold] = await fonts();
  const pdf = new PDFDocument({
    size: 'A4',
    margins: { top: margin, left: margin, right: margin, bottom: 0 },
    lang: 'en',
    displayTitle: true,
    info: {
      Title: `${paper.title} ${paper.number}`,
      Producer: 'FinAegis',
      Creator: 'FinAegis',
      CreationDate: new Date(paper.issuedAt),
    },
  });
  const bytes = collected(pdf);
  pdf.registerFont('regular', regular).registerFont('bold', bold);
  writeHead(pdf, paper);
  for (const [label, value] of paper.facts) writeFact(pdf, label, value);
  pdf
    .moveDown(1.5)
    .font('regular')
    .fontSize(9)
    .fillColor('#1b2430')
    .text(printable(paper.text), margin, pdf.y, { width });
  pdf.moveDown(1.5);
  for (const row of paper.rows) writeRow(pdf, row);
  pdf.end();
  return bytes;
};

const collected = (pdf: Pdf): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(new Uint8Array(Buffer.concat(chunks))));
    pdf.on('error', reject);
  });

const printable = (text: string): string => text.replace(/[\s\u0000-\u001F\u007F-\u009F]+/gu, ' ').trim();

const writeHead = (pdf: Pdf, { title, number, issuedAt, holder, mark }: PaperToPrint): void => {
  pdf.rect(0, 0, 595.28, 6).fill('#12426b');
  pdf.font('bold').fontSize(18).fillColor('#12426b').text(title, margin, 64, { width });
  pdf
    .font('regular')
    .fontSize(10)
    .fillColor('#66707d')
    .text(`No. ${number} · ${issuedAt.slice(0, 10)}`);
  if (mark !== undefined)
    pdf.moveDown(0.5).font('bold').fontSize(16).fillColor('#a8201a').text(printable(mark), { width });
  pdf
    .moveDown(1)
    .font('bold')
    .fontSize(13)
    .fillColor('#1b2430')
    .text(printable(holder), { width, height: 48, ellipsis: true });
  pdf.moveDown(1);
};

const writeFact = (pdf: Pdf, label: string, value: string): void => {
  const { y } = pdf;
  pdf.font('regular').fontSize(9).fillColor('#66707d').text(label, margin, y, { width: 150 });
  pdf
    .font('bold')
    .fontSize(9)
    .fillColor('#1b2430')
    .text(printable(value), margin + 160, y, { width: width - 160 });
  pdf.moveDown(0.4);
};

const writeRow = (pdf: Pdf, row: readonly string[]): void => {
  if (pdf.y > bottom) pdf.addPage();
  const { y } = pdf;
  pdf.font('regular').fontSize(8).fillColor('#1b2430');
  let x = margin;
  for (const [index, column] of columns.entries()) {
    pdf.text(printable(row[index] ?? ''), x, y, { width: column - 6, height: 10, ellipsis: true, lineBreak: false });
    x += column;
  }
  pdf.y = y + 13;
};
