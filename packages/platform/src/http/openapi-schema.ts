import { type ZodType, z } from 'zod';

/** A JSON value of the document under construction. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json | undefined };

/** Whether a schema describes what clients send or what they receive; defaults make the two differ. */
export type Direction = 'input' | 'output';

/** Collects named schemas (`meta({ id })`) while routes are described, and answers references to them. */
export class SchemaCollection {
  readonly components: Record<string, Json> = {};

  /**
   * The JSON Schema (draft 2020-12, which is OpenAPI 3.1's) of a zod schema.
   *
   * @throws Error when one id names two different shapes, also when a default makes the sent shape differ from the received one
   */
  describe(schema: ZodType, direction: Direction): Json {
    const written = z.toJSONSchema(schema, {
      io: direction,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        // Answers may gain fields (the API changes only additively), so only a schema that says so is closed.
        const isOpen = zodSchema instanceof z.ZodObject && zodSchema.def.catchall === undefined;
        if (isOpen) delete jsonSchema.additionalProperties;
      },
    });
    const {
      $schema: _,
      $defs,
      ...rest
    } = JSON.parse(JSON.stringify(written).replaceAll('"#/$defs/', '"#/components/schemas/')) as Record<string, Json>;
    for (const [id, component] of Object.entries(($defs ?? {}) as Record<string, Json>)) this.#add(id, component);
    return rest;
  }

  #add(id: string, component: Json): void {
    // Inside $defs the id is repeated as a keyword that JSON Schema 2020-12 does not know.
    const { id: _, ...shape } = component as Record<string, Json>;
    const known = this.components[id];
    if (known !== undefined && JSON.stringify(sorted(known)) !== JSON.stringify(sorted(shape))) {
      throw new Error(
        `the schema id ${id} names two different shapes; give the request's and the answer's schema two ids`,
      );
    }
    this.components[id] = shape;
  }
}

/** The same JSON with the members of every object in order of their names, so that equal documents are equal texts. */
export const sorted = (value: Json | undefined): Json => {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  if (value === null || typeof value !== 'object') return value ?? null;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.sort(([left], [right]) => (left < right ? -1 : 1)).map(([name, member]) => [name, sorted(member)]),
  );
};
