import { describe, expect, it } from 'vitest';
import { parentElement, textElement, writeXml } from './xml-writer.ts';

describe('writing XML', () => {
  it('text and attributes cannot become markup, and characters XML has no form for disappear', () => {
    const element = textElement('Nm', `<b>&amp;"'\u0000\u0007\uD800`, { Ccy: '"><x' });
    expect(element).toBeDefined();
    if (element === undefined) return;
    expect(writeXml(element)).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Nm Ccy="&quot;&gt;&lt;x">&lt;b&gt;&amp;amp;&quot;&apos;</Nm>\n',
    );
  });

  it('an element without content is left out, and so is what holds nothing but such elements', () => {
    expect(textElement('Nm', '')).toBeUndefined();
    expect(parentElement('Pty', [parentElement('PstlAdr', [textElement('Ctry', undefined)])])).toBeUndefined();
  });
});
