import pg from 'pg';

type Parse = (text: string) => unknown;

const timestamptz = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

/**
 * An instant as the API and the event envelope write it: `2026-01-02T03:04:05.678Z`. Finer digits are cut, not rounded, so that an
 * instant never moves into the future. What no such text can say (`infinity`, years before Christ) stays as PostgreSQL writes it.
 */
export const instantText = (text: string): string => {
  const parts = timestamptz.exec(text);
  if (parts !== null) return `${parts[1]}T${parts[2]}.${(parts[3] ?? '').padEnd(3, '0').slice(0, 3)}Z`;

  // Another session time zone than the UTC our pools ask for; Date understands offsets, and refuses what it does not.
  const cut = text
    .replace(/(\.\d{3})\d+/, '$1')
    .replace(' ', 'T')
    .replace(/([+-]\d\d)$/, '$1:00');
  const instant = new Date(cut);
  return Number.isNaN(instant.getTime()) ? text : instant.toISOString();
};

const asIs: Parse = (text) => text;
const textArray = pg.types.getTypeParser(1009 as number as never) as Parse;

const arrayOf = (parseOne: Parse): Parse => {
  const each = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(each);
    return value === null ? null : parseOne(value as string);
  };
  return (text) => each(textArray(text));
};

// Object ids are PostgreSQL's own and never change (pg_type.dat).
const parsers: ReadonlyMap<number, Parse> = new Map([
  [20, BigInt],
  [1016, arrayOf(BigInt)],
  [1082, asIs],
  [1182, arrayOf(asIs)],
  [1114, asIs],
  [1115, arrayOf(asIs)],
  [1184, instantText],
  [1185, arrayOf(instantText)],
  [1231, arrayOf(asIs)],
]);

/**
 * How columns arrive in JavaScript: int8 as bigint, numeric as text (a float would lose cents), timestamptz as ISO text with
 * milliseconds, date as `YYYY-MM-DD`, bytea as Buffer, json parsed. Given to each pool, so that other users of `pg` in the process keep their own.
 */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary'): unknown => {
    const own = format === 'binary' ? undefined : parsers.get(oid);
    return own ?? pg.types.getTypeParser(oid, format);
  }) as typeof pg.types.getTypeParser,
};
