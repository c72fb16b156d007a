import { plainDecimal } from '@finaegis/bank/iso20022/decimal-text';
import { FileRefused, type TextSource } from '@finaegis/bank/iso20022/text-source';
import { isLocalDate, localDate } from '@finaegis/kernel/local-date';
import { parseAmount } from '@finaegis/kernel/money';
import { z } from 'zod';
import { type DelimitedRow, readDelimited } from './delimited.ts';
import { type RecordKind, type RecordOf, recordSchemas } from './records.ts';

const amountRule = z.strictObject({
  /** Fraction digits of the asset; a finer amount is bad, never rounded. */
  decimals: z.number().int().min(0).max(18),
  decimalPoint: z.enum(['.', ',']).default('.'),
  /** What stands between thousands; nothing when absent. */
  grouping: z.enum([' ', '.', ',', "'"]).optional(),
});

const columnRule = z.strictObject({
  column: z.string().min(1),
  /** What an empty cell means; without it the field is left out. */
  default: z.string().optional(),
  /** Every value the column may have, and what it stands for; the empty text may be among them. */
  lookup: z.record(z.string(), z.string()).optional(),
  /** How the day is written: YYYY, MM or M, DD or D, and what stands between them. */
  date: z
    .string()
    .regex(/^(?=.*YYYY)(?=.*M)(?=.*D)[YMD ./-]+$/, 'must be made of YYYY, MM or M, DD or D')
    .optional(),
  amount: amountRule.optional(),
});

const rule = z.union([columnRule, z.strictObject({ constant: z.string() }), z.strictObject({ template: z.string() })]);

/** A mapping file: which sort of record a delimited file holds, how it is laid out, and where each field comes from. */
const mappingSchema = z
  .strictObject({
    record: z.enum(Object.keys(recordSchemas) as [RecordKind, ...RecordKind[]]),
    layout: z
      .strictObject({
        separator: z.enum(['comma', 'semicolon', 'tab']),
        hasHeader: z.boolean(),
        columns: z.array(z.string().min(1)).optional(),
        isQuoted: z.boolean().optional(),
        encoding: z.string().optional(),
      })
      .refine(({ hasHeader, columns }) => hasHeader || columns !== undefined, 'a file without a header needs columns')
      .refine(({ columns = [] }) => new Set(columns).size === columns.length, 'columns must have different names'),
    fields: z.record(z.string(), rule),
  })
  .superRefine(({ record, layout, fields }, context) => {
    const shape: Readonly<Record<string, z.ZodType>> = recordSchemas[record].shape;
    const problem = (field: string, message: string): void =>
      context.addIssue({ code: 'custom', path: ['fields', field], message });
    for (const [field, schema] of Object.entries(shape)) {
      if (!(field in fields) && !schema.safeParse(undefined).success) problem(field, `a ${record} needs this field`);
    }
    for (const [field, from] of Object.entries(fields)) {
      if (!(field in shape)) problem(field, `a ${record} has no such field`);
      const unknown = columnsOf(from).find((column) => !layout.hasHeader && !(layout.columns ?? []).includes(column));
      if (unknown !== undefined) problem(field, `the layout has no column "${unknown}"`);
    }
  });

type Rule = z.output<typeof rule>;

/** A mapping that was checked against the fields its records have. */
export type Mapping = z.output<typeof mappingSchema>;

/** A mapping file is wrong; the message names every place. */
export class MappingInvalid extends Error {
  constructor(problems: readonly string[]) {
    super(`The mapping file is wrong: ${problems.join('; ')}.`);
    this.name = 'MappingInvalid';
  }
}

/** Why a row was not imported; `line` counts from 1 in the file as it was given. */
export interface BadRow {
  readonly line: number;
  readonly field?: string;
  readonly reason: string;
}

/** The records of a file: `good` is read once, from the file; `bad` fills while it is. */
export interface MappedFile<Kind extends RecordKind> {
  readonly good: AsyncGenerator<{ readonly line: number; readonly record: RecordOf<Kind> }, void, undefined>;
  readonly bad: readonly BadRow[];
}

/**
 * Reads a mapping file.
 * @throws MappingInvalid for text that is no JSON, and for fields and columns that do not exist or are missing
 */
export const parseMapping = (json: string): Mapping => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new MappingInvalid([`it is not JSON (${error instanceof Error ? error.message : 'unreadable'})`]);
  }
  const parsed = mappingSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new MappingInvalid(
    parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.') || 'file'}: ${message}`),
  );
};

/**
 * Reads the records of a delimited file. A row with anything wrong is left out of `good` and explained in `bad`, with a
 * line for each field that is wrong; what follows is read all the same.
 * @param kind the sort of record the caller can use
 * @throws MappingInvalid when the mapping is for another sort; FileRefused, while reading, when the file cannot be read
 */
export const readMapped = <Kind extends RecordKind>(
  source: TextSource,
  mapping: Mapping,
  kind: Kind,
): MappedFile<Kind> => {
  if (mapping.record !== kind) throw new MappingInvalid([`it maps a ${mapping.record} and not a ${kind}`]);
  const bad: BadRow[] = [];
  return { good: recordsOf(source, mapping, kind, bad), bad };
};

async function* recordsOf<Kind extends RecordKind>(
  source: TextSource,
  mapping: Mapping,
  kind: Kind,
  bad: BadRow[],
): MappedFile<Kind>['good'] {
  for await (const row of readDelimited(source, mapping.layout)) {
    const problems: BadRow[] = [];
    const record = recordOf(row, mapping, kind, problems);
    if (record === undefined || problems.length > 0) bad.push(...problems);
    else yield { line: row.line, record };
  }
}

const recordOf = <Kind extends RecordKind>(
  row: DelimitedRow,
  { fields }: Mapping,
  kind: Kind,
  problems: BadRow[],
): RecordOf<Kind> | undefined => {
  const { line } = row;
  if ('reason' in row) {
    problems.push({ line, reason: row.reason });
    return undefined;
  }
  const values: Record<string, unknown> = {};
  for (const [field, from] of Object.entries(fields)) {
    const mapped = valueOf(from, row.cells, line);
    if (mapped.ok) values[field] = mapped.value;
    else problems.push({ line, field, reason: mapped.reason });
  }
  const parsed = recordSchemas[kind].safeParse(values);
  if (parsed.success) return parsed.data as RecordOf<Kind>;
  for (const { path, message } of parsed.error.issues) {
    const field = String(path[0] ?? '');
    // A field whose text could not be read was already explained; that it is missing now is no news.
    if (problems.every((problem) => problem.field !== field))
      problems.push({ line, field, reason: values[field] === undefined ? 'is missing' : message });
  }
  return undefined;
};

type Mapped =
  | { readonly ok: true; readonly value: string | bigint | undefined }
  | { readonly ok: false; readonly reason: string };

const value = (mapped: string | bigint | undefined): Mapped => ({ ok: true, value: mapped });

const bad = (reason: string): Mapped => ({ ok: false, reason });

const PLACEHOLDER = /\{([^{}]+)\}/g;

const columnsOf = (from: Rule): readonly string[] => {
  if ('column' in from) return [from.column];
  return 'template' in from ? Array.from(from.template.matchAll(PLACEHOLDER), ([, column = '']) => column) : [];
};

const cellOf = (cells: ReadonlyMap<string, string>, column: string, line: number): string => {
  const cell = cells.get(column);
  if (cell === undefined) throw new FileRefused('header_missing', `The file has no column "${column}".`, line);
  return cell.trim();
};

const valueOf = (from: Rule, cells: ReadonlyMap<string, string>, line: number): Mapped => {
  if ('constant' in from) return value(from.constant);
  if ('template' in from)
    return value(from.template.replace(PLACEHOLDER, (_, column: string) => cellOf(cells, column, line)));
  const cell = cellOf(cells, from.column, line);
  const found = from.lookup !== undefined && Object.hasOwn(from.lookup, cell) ? from.lookup[cell] : undefined;
  if (found !== undefined) return value(found);
  if (cell === '') return value(from.default);
  if (from.lookup !== undefined) return bad(`"${shown(cell)}" is not in the lookup table`);
  if (from.date !== undefined) return dateOf(cell, from.date);
  return from.amount === undefined ? value(cell) : amountOf(cell, from.amount);
};

const shown = (cell: string): string => (cell.length > 40 ? `${cell.slice(0, 40)}…` : cell);

const DATE_PARTS: Readonly<Record<string, string>> = {
  YYYY: '(?<year>\\d{4})',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{2})',
  D: '(?<day>\\d{1,2})',
};

const datePatterns = new Map<string, RegExp>();

const datePattern = (format: string): RegExp => {
  const known = datePatterns.get(format);
  if (known !== undefined) return known;
  const source = format.replace(/YYYY|MM?|DD?|[./-]/g, (part) => DATE_PARTS[part] ?? `\\${part}`);
  const pattern = new RegExp(`^${source}$`);
  datePatterns.set(format, pattern);
  return pattern;
};

const dateOf = (cell: string, format: string): Mapped => {
  const { year = '', month = '', day = '' } = datePattern(format).exec(cell)?.groups ?? {};
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (!isLocalDate(date)) return bad(`"${shown(cell)}" is no date written ${format}`);
  return value(localDate(Number(year), Number(month), Number(day)));
};

const amountOf = (cell: string, { decimals, decimalPoint, grouping }: z.output<typeof amountRule>): Mapped => {
  const ungrouped = grouping === undefined ? cell : ungroup(cell, grouping, decimalPoint);
  const text = ungrouped === undefined ? undefined : plainDecimal(withPoint(ungrouped, decimalPoint));
  const parsed = text === undefined ? undefined : parseAmount(text, decimals);
  if (parsed?.ok) return value(parsed.amountMinor);
  return bad(
    parsed?.problem === 'amount_scale_too_fine'
      ? `"${shown(cell)}" is finer than ${decimals} decimals`
      : `"${shown(cell)}" is no amount`,
  );
};

// The point of a file with decimal commas is turned into a comma, so that it is no amount rather than another one.
const withPoint = (text: string, decimalPoint: string): string =>
  decimalPoint === ',' ? text.replace(/[.,]/g, (sign) => (sign === ',' ? '.' : ',')) : text;

// Only where it groups thousands: "1.5" in a file that groups by points is a mistake in the mapping, not fifteen.
const ungroup = (cell: string, grouping: string, decimalPoint: string): string | undefined => {
  const [whole = '', ...fraction] = cell.replaceAll('\u00A0', ' ').split(decimalPoint);
  const groups = whole.split(grouping);
  const isGrouped =
    groups.slice(1).every((group) => /^\d{3}$/.test(group)) &&
    (groups.length === 1 || /^\d{1,3}$/.test(groups[0] ?? ''));
  return isGrouped ? [groups.join(''), ...fraction].join(decimalPoint) : undefined;
};
