import { CoinbaseProblem } from './coinbase-problem.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Reads a JSON object; an empty body is an object without fields. */
export const readFields = (body: string): Fields => {
  if (body === '') return {};
  try {
    const value: unknown = JSON.parse(body);
    if (isFields(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new CoinbaseProblem(400, 'invalid_request', 'The body must be a JSON object.');
};

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text of at most `sizeMax` characters, or undefined when not sent. */
export const readText = (fields: Fields, name: string, sizeMax = 500): string | undefined => {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.length > sizeMax)
    throw new CoinbaseProblem(400, 'invalid_request', `${name} must be a text of at most ${sizeMax} characters.`);
  return value;
};

/** Metadata, which comes back in every event. */
export const readMetadata = (fields: Fields): Record<string, string> => {
  const metadata = fields['metadata'] ?? {};
  if (!isFields(metadata) || !Object.values(metadata).every((value) => typeof value === 'string'))
    throw new CoinbaseProblem(400, 'invalid_request', 'metadata must be an object of texts.');
  return metadata as Record<string, string>;
};
