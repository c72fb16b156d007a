import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeConfig, readConfig } from '@finaegis/platform/config/config';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const markdownIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? markdownIn(join(folder, entry.name))
      : entry.name.endsWith('.md')
        ? [join(folder, entry.name)]
        : [],
  );

const documents = [...readdirSync(root).filter((name) => name.endsWith('.md')), ...markdownIn('docs')];

/** Anchors of a document, as its headings make them. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ +(.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Links of a document that lead nowhere in this repository. */
const brokenLinks = (path: string): readonly string[] =>
  [...read(path).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [file = '', anchor] = target.split('#');
    const meant = file === '' ? path : join(dirname(path), file);
    if (!existsSync(join(root, meant))) return [`${path} → ${target}`];
    return anchor === undefined || anchorsOf(read(meant)).includes(anchor) ? [] : [`${path} → ${target}`];
  });

describe('the documents', () => {
  it('link to what is there', () => {
    expect(documents.length).toBeGreaterThan(20);
    expect(documents.flatMap(brokenLinks)).toEqual([]);
  });

  it('name every variable of the configuration with its default', () => {
    const text = read('docs/start/configuration.md');
    const rows = describeConfig(readConfig({})).map(
      ({ name, value, about }) => `| \`${name}\` | ${value === '' ? '' : `\`${value}\``} | ${about} |`,
    );
    expect(rows.filter((row) => !text.includes(row))).toEqual([]);
  });

  it('list every decision', () => {
    const listed = [...read('docs/adr/README.md').matchAll(/\]\((\d{4}-[^)]+)\)/g)].map(([, name]) => name);
    expect(listed).toEqual(
      readdirSync(join(root, 'docs/adr'))
        .filter((name) => /^\d{4}/.test(name))
        .sort(),
    );
  });

  it('say `npm run` of scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
    const named = documents.flatMap((path) =>
      [...read(path).matchAll(/npm run (?:--silent )?([a-z][a-z:-]*)/g)].map(([, name = '']) => name),
    );
    expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
    const readme = read('README.md');
    expect(readme).toContain('npm ci && npm start');
    expect(readme).toContain('npm ci && npm test');
  });
});
