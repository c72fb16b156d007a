import type { OpenApi, Schema, WrittenOperation } from './document.ts';
import { typeName, typeText } from './type-text.ts';

/** An operation as the client offers it: `client.<group>.<method>(…params, body?, query?, options?)`. */
export interface Operation {
  readonly id: string;
  readonly group: string;
  readonly method: string;
  readonly verb: string;
  readonly path: string;
  readonly written: WrittenOperation;
  readonly params: readonly { readonly name: string; readonly type: string }[];
  readonly query: Part | undefined;
  readonly body: Part | undefined;
  /** Media types, where the body is a file. */
  readonly files: readonly string[];
  readonly answer: Part;
  /** Media type of the answer. */
  readonly media: string;
  readonly isPaged: boolean;
  readonly takesKey: boolean;
  readonly takesDryRun: boolean;
  /** Whether 202 means that a second person is waited for. */
  readonly mayWait: boolean;
  readonly problems: readonly string[];
}

/** A type that is named already, or a schema that is given a name. */
export interface Part {
  readonly type: string;
  readonly declared?: Schema;
  readonly isOptional: boolean;
}

// Streams are offered by hand-written functions, and what providers send us is not for clients.
const notOffered = new Set(['streamMessages', 'followBulkPayment', 'receiveWebhook']);
// A document in another form than JSON is a download of its own.
const parametersNotOffered: Readonly<Record<string, readonly string[]>> = { getStatement: ['format'] };

/** Every operation that is offered, by group and then as the document has them. @throws Error when two would have one name */
export const operationsOf = (api: OpenApi): readonly Operation[] => {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { operationId }]) => !notOffered.has(operationId))
      .map(([verb, written]) => described(verb.toUpperCase(), path, written)),
  );
  const names = operations.map(({ group, method }) => `${group}.${method}`);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new Error(`Two operations would be ${repeated}.`);
  return operations.toSorted((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : 0));
};

const described = (verb: string, path: string, written: WrittenOperation): Operation => {
  const { operationId: id, parameters = [], responses } = written;
  const segments = path.split('/').slice(2);
  const noun = (segments[0] === 'cgo' ? segments.slice(0, 2) : segments.slice(0, 1)).join('-');
  const query = parameters.filter(
    ({ in: place, name }) =>
      place === 'query' && name !== 'dryRun' && parametersNotOffered[id]?.includes(name) !== true,
  );
  const answer = answerOf(written);
  const isPaged = query.some(({ name }) => name === 'cursor');
  return {
    id,
    group: camel(noun.split('-')),
    method: irregular[id] ?? methodName(id, noun.split('-')),
    verb,
    path,
    written,
    params: parameters
      .filter(({ in: place }) => place === 'path')
      .map(({ name, schema }) => ({ name, type: typeText(schema) })),
    query: query.length === 0 ? undefined : queryOf(id, query),
    ...bodyOf(written),
    answer,
    media:
      Object.keys(Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1].content ?? {})[0] ?? '',
    isPaged,
    takesKey: parameters.some(({ name }) => name === 'Idempotency-Key'),
    takesDryRun: parameters.some(({ name }) => name === 'dryRun'),
    mayWait: choicesOf(responses['202']?.content?.['application/json']?.schema ?? {}).some(isApproval),
    problems: problemsOf(written),
  };
};

const queryOf = (id: string, query: NonNullable<WrittenOperation['parameters']>): Part => ({
  type: `${pascal(id)}Query`,
  isOptional: query.every(({ required }) => !required),
  declared: {
    type: 'object',
    required: query.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(
      query.map(({ name, schema, description }) => [
        name,
        description === undefined ? schema : { ...schema, description },
      ]),
    ),
  },
});

const bodyOf = ({ operationId: id, requestBody }: WrittenOperation): Pick<Operation, 'body' | 'files'> => {
  if (requestBody === undefined) return { body: undefined, files: [] };
  const isOptional = requestBody.required !== true;
  const json = requestBody.content?.['application/json']?.schema;
  if (json !== undefined) return { body: { ...named(json, `${pascal(id)}Body`), isOptional }, files: [] };
  const files = Object.keys(requestBody.content ?? {});
  const types = files.map((type) => `'${type}'`).join(' | ');
  return { body: { type: `FileBody<${types}>`, isOptional }, files };
};

const answerOf = ({ operationId: id, responses }: WrittenOperation): Part => {
  const contents = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, response]) => response.content ?? {});
  const json = contents.flatMap((content) => content['application/json']?.schema ?? []).flatMap(choicesOf);
  // Where 202 is for those who wait for a second person, the answer is what the others say.
  const others = json.filter((schema) => !isApproval(schema));
  const meant = others.length > 0 ? others : json;
  const texts = [...new Set(meant.map((schema) => typeText(schema)))];
  const [first] = meant;
  // The first time more may be said than later, a secret for instance.
  if (texts.length > 1) return { type: `${texts[0]} & Partial<${texts.slice(1).join(' & ')}>`, isOptional: false };
  if (first !== undefined) return { ...named(first, `${pascal(id)}Answer`), isOptional: false };
  const isText = contents.some((content) => Object.keys(content).some((type) => /xml|text/.test(type)));
  return { type: isText ? 'string' : 'Uint8Array<ArrayBuffer>', isOptional: false };
};

const choicesOf = (schema: Schema): readonly Schema[] =>
  (schema.anyOf ?? schema.oneOf)?.every(({ $ref }) => $ref !== undefined) === true
    ? (schema.anyOf ?? schema.oneOf ?? [])
    : [schema];

const isApproval = ({ $ref }: Schema): boolean => $ref === '#/components/schemas/Approval';

const named = (schema: Schema, name: string): { readonly type: string; readonly declared?: Schema } =>
  schema.$ref === undefined ? { type: name, declared: schema } : { type: typeText(schema) };

const problemsOf = ({ responses }: WrittenOperation): readonly string[] =>
  Object.values(responses)
    .flatMap(
      ({ content }) => content?.['application/problem+json']?.schema.allOf?.[1]?.properties?.['code']?.enum ?? [],
    )
    .map(String)
    .toSorted();

// Whose names in the document say more, or less, than the group they are in.
const irregular: Readonly<Record<string, string>> = {
  announceIncoming: 'announce',
  changeOwnPassword: 'changePassword',
  closePricingRound: 'close',
  fetchRates: 'fetch',
  getPricingRound: 'get',
  importRates: 'import',
  listOwnSessions: 'listSessions',
  listPricingRounds: 'list',
  openPricingRound: 'open',
  resendWebhooks: 'resend',
  revokeOwnSession: 'revokeSession',
  rotateWebhookSecret: 'rotateSecret',
  runStatements: 'run',
  settleCustodians: 'settle',
};

/** `openAccount` of `accounts` is `open`, `listAccountBlocks` is `listBlocks`: what the group says already is left out, never the verb. */
const methodName = (id: string, noun: readonly string[]): string => {
  const words = id.split(/(?=[A-Z])/);
  const singular = noun.map(singularOf);
  for (let from = 0; from < singular.length; from++) {
    const wanted = singular.slice(from).join(' ');
    for (let at = 1; at + singular.length - from <= words.length; at++) {
      const length = singular.length - from;
      const found = words.slice(at, at + length).map((word) => singularOf(word.toLowerCase()));
      if (found.join(' ') === wanted) return camel([...words.slice(0, at), ...words.slice(at + length)]);
    }
  }
  return id;
};

const singularOf = (word: string): string => word.replace(/ies$/, 'y').replace(/(?<=ch)es$|(?<!s)s$/, '');
const pascal = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const camel = (words: readonly string[]): string =>
  words.map((word, index) => (index === 0 ? word.toLowerCase() : pascal(word))).join('');

/** Names of everything the document's components are called. */
export const schemaNames = (api: OpenApi): readonly string[] => Object.keys(api.components.schemas).map(typeName);
