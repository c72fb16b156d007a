import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Schema } from './from-schema.ts';

/** One parameter of an operation. */
export interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required: boolean;
  readonly schema: Schema;
}

/** One operation of the published document. */
export interface Operation {
  readonly operationId: string;
  readonly method: string;
  /** With `{name}` for each parameter. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Schema of a JSON body. */
  readonly body?: Schema;
  /** Media types of a body that is a file. */
  readonly fileTypes: readonly string[];
}

/** What was answered, as far as the document speaks of it. */
export interface Answered {
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
}

/** The published document, as its reader sees it. */
export interface PublishedApi {
  readonly operations: readonly Operation[];
  resolve(reference: string): Schema;
  /** What the document does not allow about an answer; undefined when it is as published. */
  wrongWith(operation: Operation, answered: Answered): string | undefined;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
}

interface RawOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

/** Amounts outside are decimal texts with their asset (ADR 0012): the first member, or word of a description, that speaks of minor units. */
export const minorUnitsIn = (text: string): string | undefined => /\b\w*Minor\b/.exec(text)?.[0];

const escaped = (step: string): string => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Reads the OpenAPI 3.1 document: its schemas are JSON Schema 2020-12, which ajv checks as they are. */
export const readApi = (document: object): PublishedApi => {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  formats.default(ajv);
  ajv.addSchema(document, 'openapi');
  const { paths } = document as Document;

  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters = [], requestBody }]): Operation => {
      const content = requestBody?.content ?? {};
      const body = content['application/json']?.schema;
      const fileTypes = body === undefined ? Object.keys(content) : [];
      return {
        operationId,
        method: method.toUpperCase(),
        path,
        parameters,
        fileTypes,
        ...(body === undefined ? {} : { body }),
      };
    }),
  );

  return {
    operations,
    resolve: (reference) =>
      reference
        .replace('#/', '')
        .split('/')
        .reduce(
          (at, step) => (at as Readonly<Record<string, unknown>>)[step.replaceAll('~1', '/').replaceAll('~0', '~')],
          document as unknown,
        ) as Schema,
    wrongWith: ({ method, path }, { status, contentType, text }) => {
      const response = paths[path]?.[method.toLowerCase()]?.responses[status];
      if (response === undefined) return `status ${status} is not published`;
      const mediaType = contentType?.split(';', 1)[0];
      if (response.content === undefined)
        return text === '' ? undefined : `status ${status} is published without a body`;
      if (mediaType === undefined || !(mediaType in response.content))
        return `status ${status} is not published as ${String(mediaType)}`;
      const pointer = ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', mediaType, 'schema']
        .map(escaped)
        .join('/');
      const validate = ajv.getSchema(`openapi#/${pointer}`);
      if (validate === undefined) return `there is no schema at ${pointer}`;
      if (!mediaType.endsWith('json')) return undefined;
      return validate(JSON.parse(text)) ? undefined : ajv.errorsText(validate.errors);
    },
  };
};
