import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { creditTransferXml, transactionXml } from './fixtures/credit-transfer-xml.ts';
import { messageNames, namespaceOf } from './message.ts';
import { checkSchema, validateXml, xmlRefusal } from './xsd.ts';

const sample = (name: string): Promise<Uint8Array> =>
  readFile(new URL(`../../../../examples/data/iso20022/samples/${name}`, import.meta.url));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('validation against the published schemas', () => {
  it('accepts a payment initiation once the no-break spaces its bank indents it with are plain ones', async () => {
    const text = Buffer.from(await sample('cross-river-pain001-ach.xml')).toString('utf8');
    expect(await validateXml(text, 'pain.001.001.03')).toMatchObject({ isValid: false });
    const plain = text.replaceAll('\u00A0', ' ').replace('JOHNDOE99', 'JOHNDE99');
    expect(await validateXml(plain, 'pain.001.001.03')).toEqual({ isValid: true, problems: [] });
  });

  it('names the line of what the schema does not allow', async () => {
    const result = await validateXml(await sample('goldman-sachs-pain001-sepa.xml'), 'pain.001.001.03');
    expect(result.isValid).toBe(false);
    expect(result.problems[0]?.line).toBeGreaterThan(1);
    expect(result.problems.map(({ message }) => message).join()).toContain('ReqdExctnDt');
  });

  it('a message of another schema is not valid', async () => {
    expect(await validateXml(await sample('cross-river-pain001-ach.xml'), 'pain.001.001.09')).toMatchObject({
      isValid: false,
    });
  });

  it('text that is no XML is a problem with a line, not a fault', async () => {
    const result = await validateXml('<Document>\n<GrpHdr></Document>', 'pain.001.001.03');
    expect(result).toMatchObject({ isValid: false, problems: [{ line: 2 }] });
    expect(await validateXml('', 'pain.001.001.03')).toMatchObject({ isValid: false, problems: [{ line: 1 }] });
  });

  it('refuses a document type before any parser sees it, so that no entity is ever expanded', async () => {
    const bomb = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><d>&b;</d>';
    const file = '<!DOCTYPE d [<!ENTITY secret SYSTEM "file:///etc/passwd">]><d>&secret;</d>';
    expect(xmlRefusal(bytes(bomb))).toBe('xml_has_doctype');
    expect(await validateXml(file, 'pain.001.001.03')).toEqual({
      isValid: false,
      refusal: 'xml_has_doctype',
      problems: [{ message: 'xml_has_doctype' }],
    });
  });

  it('refuses a document type that hides in another encoding', () => {
    const text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d [<!ENTITY a "a">]><d/>';
    expect(xmlRefusal(new Uint8Array(Buffer.from(`\uFEFF${text}`, 'utf16le')))).toBe('xml_not_utf8');
    expect(xmlRefusal(bytes('<?xml version="1.0" encoding="UTF-7"?><d/>'))).toBe('xml_not_utf8');
    expect(xmlRefusal(new Uint8Array([0x3c, 0x64, 0xff, 0x3e]))).toBe('xml_not_utf8');
  });

  it('refuses a document beyond the size it was asked to accept', () => {
    expect(xmlRefusal(bytes('<d></d>'), 6)).toBe('xml_too_large');
    expect(xmlRefusal(bytes('<d></d>'), 7)).toBeUndefined();
  });
});

describe('the schema a document names', () => {
  const good = creditTransferXml([transactionXml(1)]);

  it('is there for every message that is read, and says nothing against one that keeps to it', async () => {
    expect(await checkSchema(bytes(good))).toEqual([]);
    for (const message of messageNames) {
      const problems = await checkSchema(bytes(`<Document xmlns="${namespaceOf(message)}"/>`));
      expect(problems).toEqual([expect.objectContaining({ code: 'schema_violated', line: 1 })]);
    }
  });

  it('says in which line what is wrong', async () => {
    const [problem] = await checkSchema(bytes(good.replace('<PmtMtd>TRF</PmtMtd>', '')));
    expect(problem).toMatchObject({ code: 'schema_violated', line: 7 });
    expect(problem?.reason).toContain('PmtMtd');
  });

  it.each([
    ['none of ours', '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.060.001.05"/>', 'message_not_expected'],
    ['none at all', '<Document/>', 'message_not_expected'],
    ['with a document type', `<!DOCTYPE d>${good.slice(38)}`, 'xml_has_doctype'],
    ['in another encoding', good.replace('UTF-8', 'windows-1250'), 'text_not_in_encoding'],
  ])('%s is a problem', async (_, text, code) => {
    expect((await checkSchema(bytes(text))).map((problem) => problem.code)).toEqual([code]);
  });

  it('is not asked about a file that is too large for it', async () => {
    expect(await checkSchema(new Uint8Array(33 * 1024 * 1024))).toEqual([
      { code: 'file_too_large', path: '', reason: 'xml_too_large' },
    ]);
  });
});
