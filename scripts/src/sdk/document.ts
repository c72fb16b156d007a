import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../run.ts';

/** What of JSON Schema our document uses; a word that is not here is a constraint that types cannot say. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly description?: string;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

/** An operation as OpenAPI writes it. */
export interface WrittenOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly 'x-permission'?: string;
  readonly parameters?: readonly {
    readonly in: 'path' | 'query' | 'header';
    readonly name: string;
    readonly required: boolean;
    readonly description?: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>;
}

/** The parts of the OpenAPI document that the client is made of. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, WrittenOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  readonly webhooks: Readonly<
    Record<
      string,
      {
        readonly post: {
          readonly summary: string;
          readonly requestBody: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
        };
      }
    >
  >;
}

/** The document as it is committed, which is what the client promises to speak. */
export const readOpenApi = async (): Promise<OpenApi> =>
  JSON.parse(await readFile(join(root, 'docs/reference/openapi.json'), 'utf8')) as OpenApi;
