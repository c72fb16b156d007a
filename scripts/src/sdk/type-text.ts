import type { Schema } from './document.ts';

/** Name of a component as a type; what zod numbers itself (`__schema0`) is JSON of any shape. */
export const typeName = (component: string): string => component.replace(/^__schema(\d+)$/, 'AnyJson$1');

const nameOf = (ref: string): string => typeName(ref.slice(ref.lastIndexOf('/') + 1));

/** A comment above a member, or nothing. */
export const comment = (text: string | undefined, indent = ''): string => {
  if (text === undefined || text === '') return '';
  const lines = text.replaceAll('*/', '*\\/').split('\n');
  return lines.length === 1
    ? `${indent}/** ${lines[0]} */\n`
    : `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
};

/**
 * A schema as a type. Everything is readonly; what may be absent may also be `undefined`, which JSON leaves out, so that callers who compile with
 * `exactOptionalPropertyTypes` can pass on what they have.
 * @throws Error for a schema of a kind no type is known for
 */
export const typeText = (schema: Schema, indent = ''): string => {
  const choices = schema.anyOf ?? schema.oneOf;
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ');
  if (choices !== undefined) return [...new Set(choices.map((choice) => typeText(choice, indent)))].join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return arrayText(schema.items ?? {}, indent);
    case 'object':
      return objectText(schema, indent);
    case undefined:
      if (Object.keys(schema).every((word) => word === 'description')) return 'unknown';
      break;
    default:
  }
  throw new Error(`There is no type for the schema ${JSON.stringify(schema)}.`);
};

const literal = (value: unknown): string => {
  const text = JSON.stringify(value);
  return typeof value === 'string' && !/['\\]/.test(text) ? `'${text.slice(1, -1)}'` : text;
};

const arrayText = (items: Schema, indent: string): string => {
  const text = typeText(items, indent);
  const isOne = /^[\w]+$/.test(text) || (items.type === 'object' && text.startsWith('{'));
  return `readonly ${isOne ? text : `(${text})`}[]`;
};

const objectText = ({ properties = {}, required = [], additionalProperties }: Schema, indent: string): string => {
  const names = Object.keys(properties);
  if (names.length === 0)
    return typeof additionalProperties === 'object'
      ? `{ readonly [name: string]: ${typeText(additionalProperties, indent)} }`
      : 'Readonly<Record<string, never>>';
  const inner = `${indent}  `;
  const members = names.map((name) => {
    const property = properties[name] ?? {};
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    const type = typeText(property, inner);
    // `unknown` is undefined as well.
    const optional = type === 'unknown' ? type : `${type} | undefined`;
    const member = required.includes(name) ? `${key}: ${type}` : `${key}?: ${optional}`;
    return `${comment(property.description, inner)}${inner}readonly ${member};`;
  });
  return `{\n${members.join('\n')}\n${indent}}`;
};

/** A named type: an interface where it can be one, since that is what compilers and editors show by name. */
export const declaration = (name: string, schema: Schema): string => {
  const text = typeText(schema);
  const head = comment(schema.description);
  return text.startsWith('{\n') && schema.anyOf === undefined && schema.oneOf === undefined
    ? `${head}export interface ${name} ${text}\n`
    : `${head}export type ${name} = ${text};\n`;
};

/** The line that imports those of the names a text uses. */
export const importOf = (names: readonly string[], text: string, from: string): string => {
  const used = names.filter((name) => new RegExp(`(?<![\\w.'"\`])${name}\\b(?!['"\`])`).test(text)).toSorted();
  return used.length === 0 ? '' : `import type {\n${used.map((name) => `  ${name},\n`).join('')}} from '${from}';\n`;
};
