import fc from 'fast-check';

/** A JSON Schema as it stands in the published document. */
export type Schema = Readonly<Record<string, unknown>>;

/** What values are made from besides their schema. */
export interface Sources {
  /** Finds the target of a `$ref`. */
  resolve(reference: string): Schema;
  /** Values that exist by the name of the field they belong in, so that requests get past "there is no such resource". */
  known(name: string): readonly string[];
}

/** Where in a request a schema stands. */
interface Place {
  readonly name: string;
  readonly depth: number;
}

const depthMax = 6;
const itemsMax = 3;

/** Values that a schema allows, as far as JSON Schema can say it. */
export const fromSchema = (
  schema: Schema,
  sources: Sources,
  place: Place = { name: '', depth: 0 },
): fc.Arbitrary<unknown> => {
  if (typeof schema['$ref'] === 'string') return fromSchema(sources.resolve(schema['$ref']), sources, place);
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const alternatives = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined;
  if (alternatives !== undefined) return fc.oneof(...alternatives.map((one) => fromSchema(one, sources, place)));
  switch (schema['type']) {
    case 'string':
      return stringOf(schema, sources.known(place.name));
    case 'integer': {
      const numbers = sources.known(place.name).map(Number);
      const allowed = fc.integer(limits(schema));
      return numbers.length === 0 ? allowed : fc.oneof({ arbitrary: fc.constantFrom(...numbers), weight: 4 }, allowed);
    }
    case 'number':
      return fc.double({ ...limits(schema), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return arrayOf(schema, sources, place);
    case 'object':
      return objectOf(schema, sources, place.depth);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
};

const limits = ({ minimum, maximum }: Schema): { readonly min: number; readonly max: number } => ({
  min: typeof minimum === 'number' ? minimum : -1_000,
  max: typeof maximum === 'number' ? Math.min(maximum, 2 ** 31 - 1) : 1_000_000,
});

// A handful of values per kind that real requests use, so that requests reach the deciders and not only the validators.
const usual = {
  assets: ['EUR', 'EUR', 'EUR', 'USD', 'CZK', 'BTC', 'XXX'],
  amounts: ['0.01', '1', '1.00', '12.5', '3', '0', '1.005', '999999999999', '9'.repeat(36)],
  dates: ['2026-03-02', '2026-03-03', '2026-02-28', '1999-12-31', '2150-01-01', '0000-01-01'],
  instants: [
    '2026-03-02T10:00:00.000Z',
    '2030-01-01T00:00:00.000Z',
    '1970-01-01T00:00:00Z',
    '0000-01-01T00:00:00.000Z',
  ],
} as const;

const stringOf = (schema: Schema, known: readonly string[]): fc.Arbitrary<unknown> => {
  const unknown = anyString(schema);
  // `from` and `to` are accounts of a transfer, and ends of a period.
  const isTime = schema['format'] === 'date' || schema['format'] === 'date-time';
  return known.length === 0 || isTime
    ? unknown
    : fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 4 }, unknown);
};

const anyString = (schema: Schema): fc.Arbitrary<unknown> => {
  const { format, pattern } = schema;
  if (format === 'uuid') return fc.uuid({ version: 7 });
  if (format === 'date') return fc.constantFrom(...usual.dates);
  if (format === 'date-time') return fc.constantFrom(...usual.instants);
  if (typeof pattern === 'string') return patterned(pattern);
  const maxLength = typeof schema['maxLength'] === 'number' ? Math.min(schema['maxLength'], 200) : 40;
  return fc.string({ minLength: Number(schema['minLength'] ?? 0), maxLength, unit: 'grapheme' });
};

const patterned = (pattern: string): fc.Arbitrary<unknown> => {
  if (pattern.startsWith('^[A-Z0-9][A-Z0-9.-]')) return fc.constantFrom(...usual.assets);
  if (pattern.includes('(\\.[0-9]+)?')) return fc.constantFrom(...usual.amounts);
  try {
    return fc.stringMatching(new RegExp(pattern, 'u'));
  } catch {
    // Look-aheads and the like are beyond the generator; any text will do, the server says what it thinks of it.
    return fc.string();
  }
};

const arrayOf = (schema: Schema, sources: Sources, { name, depth }: Place): fc.Arbitrary<unknown> => {
  const items = (schema['items'] ?? {}) as Schema;
  if (depth > depthMax) return fc.constant([]);
  const minLength = Number(schema['minItems'] ?? 0);
  return fc.array(fromSchema(items, sources, { name, depth: depth + 1 }), {
    minLength,
    maxLength: Math.max(itemsMax, minLength),
  });
};

const objectOf = (schema: Schema, sources: Sources, depth: number): fc.Arbitrary<unknown> => {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  const required = (schema['required'] ?? []) as readonly string[];
  if (properties.length === 0)
    return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string({ maxLength: 8 }), { maxKeys: 2 });
  const model = Object.fromEntries(
    properties.map(([name, property]) => [name, fromSchema(property, sources, { name, depth: depth + 1 })]),
  );
  return fc.record(model, { requiredKeys: [...required] });
};

/** What nobody sends by accident twice. */
const nasty: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'a'.repeat(5_000),
  '9'.repeat(37),
  '-1',
  '1e3',
  '0x10',
  'NaN',
  '2026-02-30',
  '0000-00-00',
  '2026-03-02T25:00:00Z',
  "'; drop table events; --",
  '../../etc/passwd',
  '{"$personal":"0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12"}',
  -1,
  0,
  1.5,
  1e308,
  2 ** 53,
  true,
  [],
  {},
  [[[[[]]]]],
  { $personal: '0197f2c4-6f5e-7c3a-9b1d-2f4e6a8c0d12' },
);

/** A value with one of its members replaced by something nasty, removed, or with one member more. */
export const spoilt = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.tuple(value, nasty, fc.nat(1_000), fc.constantFrom('replace', 'remove', 'add')).map(([whole, bad, place, how]) => {
    const copy = structuredClone(whole);
    const places = placesOf(copy);
    const [holder, name] = places[place % Math.max(1, places.length)] ?? [];
    if (holder === undefined || name === undefined) return bad;
    if (how === 'remove') Reflect.deleteProperty(holder, name);
    else if (how === 'add') Reflect.set(holder, 'nobodyKnowsThis', bad);
    else Reflect.set(holder, name, bad);
    return copy;
  });

const placesOf = (value: unknown): readonly (readonly [object, string])[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, member]) => [[value, name] as const, ...placesOf(member)]);
