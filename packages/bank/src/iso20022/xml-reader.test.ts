import { describe, expect, it } from 'vitest';
import { readXmlItems } from './xml-reader.ts';

const namesOf = async (text: string, path: string, options?: { readonly weightMax: number }) => {
  const names: string[] = [];
  for await (const { node, parents } of readXmlItems([text], [path], options))
    names.push(`${parents.map(({ name }) => name).join('/')} ${node.name} ${node.line} ${node.text}`);
  return names;
};

describe('reading XML', () => {
  it('hands out each element asked for, with those around it, its line and its text', async () => {
    expect(await namesOf('<a>\n<b>\n  one\n two</b><b><![CDATA[<3>]]></b><c>no</c></a>', 'a/b')).toEqual([
      'a b 2 one two',
      'a b 4 <3>',
    ]);
  });

  it('goes 64 elements deep and no deeper', async () => {
    const nested = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect((await namesOf(nested(64), 'b')).length).toBe(0);
    await expect(namesOf(nested(65), 'b')).rejects.toMatchObject({
      name: 'FileRefused',
      code: 'xml_too_deep',
      line: 1,
    });
  });

  it('holds as much of one element as it is told, and forgets it afterwards', async () => {
    const items = `<a>${'<b>0123456789</b>'.repeat(100)}</a>`;
    expect((await namesOf(items, 'a/b', { weightMax: 200 })).length).toBe(100);
    await expect(namesOf(items, 'a', { weightMax: 200 })).rejects.toMatchObject({ code: 'xml_element_too_large' });
  });

  it('repeats no more of names without end than a person would read', async () => {
    const long = 'x'.repeat(10_000);
    const error: unknown = await namesOf(`<${long}>`.repeat(64) + '<', 'b').catch((thrown: unknown) => thrown);
    expect((error as { readonly path: string }).path.length).toBeLessThan(600);
  });
});
