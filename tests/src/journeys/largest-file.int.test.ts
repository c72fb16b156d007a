import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Body, type Caller, callerOf, itemsOf } from '../api.ts';
import { dataFolder, type ServerProcess, startServer } from '../server-process.ts';

let folder: Awaited<ReturnType<typeof dataFolder>>;
let server: ServerProcess;
let operator: Caller;
let payerIban: string;

// Every run proves the largest file there may be; fewer lines are for trying things out.
const lineCount = Number(process.env['BULK_LINES'] ?? 100_000);
const payee = 'FR1420041010050500013M02606';

beforeAll(async () => {
  folder = await dataFolder();
  server = await startServer(folder.path);
  operator = callerOf(server.url, server.authorization);
  const [account] = itemsOf(await operator.see('/v1/accounts'));
  const identifiers = account?.['identifiers'] as readonly { readonly scheme: string; readonly value: string }[];
  payerIban = identifiers.find(({ scheme }) => scheme === 'iban')?.value ?? '';
}, 60_000);

afterAll(async () => {
  await server.kill();
  await folder.remove();
});

/** A payment as payroll programs write it, most of a kilobyte. */
const payment = (index: number): string => `
      <CdtTrfTxInf>
        <PmtId><InstrId>INSTR-${index}</InstrId><EndToEndId>SALARY-${index}</EndToEndId></PmtId>
        <Amt><InstdAmt Ccy="EUR">0.01</InstdAmt></Amt>
        <CdtrAgt><FinInstnId><BICFI>PSSTFRPPPAR</BICFI></FinInstnId></CdtrAgt>
        <Cdtr><Nm>Bernadette Payee of the line ${index}</Nm><PstlAdr><StrtNm>Rue de la Paix</StrtNm><BldgNb>${index % 90}</BldgNb><PstCd>75002</PstCd><TwnNm>Paris</TwnNm><Ctry>FR</Ctry></PstlAdr></Cdtr>
        <CdtrAcct><Id><IBAN>${payee}</IBAN></Id></CdtrAcct>
        <RmtInf><Ustrd>Salary of the month, personnel number ${index}, with ${'thanks '.repeat(8)}</Ustrd></RmtInf>
      </CdtTrfTxInf>`;

/** Due in a year, so that it is taken on and stored, and waits. */
const fileOf = (messageId: string, lines: number): Buffer => {
  const day = new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10);
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
  <CstmrCdtTrfInitn>
    <GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>2026-01-30T10:00:00Z</CreDtTm><NbOfTxs>${lines}</NbOfTxs><CtrlSum>${(lines / 100).toFixed(2)}</CtrlSum><InitgPty><Nm>Payer</Nm></InitgPty></GrpHdr>
    <PmtInf><PmtInfId>${messageId}-1</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>${day}</Dt></ReqdExctnDt><Dbtr><Nm>Payer</Nm></Dbtr><DbtrAcct><Id><IBAN>${payerIban}</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><BICFI>DEMOCZPP</BICFI></FinInstnId></DbtrAgt>${Array.from({ length: lines }, (_, index) => payment(index + 1)).join('')}
    </PmtInf>
  </CstmrCdtTrfInitn>
</Document>`);
};

interface Told extends Pick<Answer, 'status' | 'body'> {
  readonly retryAfter: string | undefined;
  readonly position: string;
}

/** Sends bytes as programs do that first wait a moment whether they are wanted, as curl does; fetch cannot. */
const send = (body: Buffer, contentType = 'application/xml'): Promise<Told> =>
  new Promise((resolve, reject) => {
    let isAnswered = false;
    const sent = request(
      `${server.url}/v1/bulk-payments`,
      {
        method: 'POST',
        headers: {
          authorization: server.authorization,
          'content-type': contentType,
          'content-length': body.length,
          expect: '100-continue',
          connection: 'close',
        },
      },
      (response) => {
        isAnswered = true;
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const told = JSON.parse(Buffer.concat(parts).toString()) as Body;
          resolve({
            status: response.statusCode ?? 0,
            body: told,
            retryAfter: response.headers['retry-after'],
            position: String(response.headers['finaegis-position']),
          });
        });
      },
    );
    sent.on('error', reject);
    sent.flushHeaders();
    // A refusal by the headers is there by now; whoever is not refused is waited for.
    setTimeout(() => (sent.destroyed || isAnswered ? undefined : sent.end(body)), 200);
  });

/** Most memory the server's process ever held, and holds now, in bytes. */
const memory = (): { readonly peak: number; readonly now: number } => {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const read = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1_024;
  return { peak: read('VmHWM'), now: read('VmRSS') };
};

describe('a file of payments', () => {
  it(`of ${lineCount} lines is taken on over HTTP, in bounded memory, while others are served`, async () => {
    const file = fileOf('LARGEST', lineCount);
    const before = memory();
    const began = performance.now();
    let [isOver, slowestMs] = [false, 0];
    const sending = send(file).finally(() => {
      isOver = true;
    });
    await pause(300);
    const second = await send(fileOf('SECOND', 8_000));
    while (!isOver) {
      const asked = performance.now();
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      slowestMs = Math.max(slowestMs, performance.now() - asked);
      await pause(50);
    }
    const answer = await sending;
    const seconds = (performance.now() - began) / 1_000;
    const after = memory();
    const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
    console.log(
      `${megabytes(file.length)} MB, ${lineCount} lines: ${seconds.toFixed(1)} s; memory ${megabytes(before.now)} MB, at most ${megabytes(after.peak)} MB, then ${megabytes(after.now)} MB; slowest probe ${Math.round(slowestMs)} ms`,
    );
    expect(answer).toMatchObject({ status: 202, body: { status: 'taken', messageId: 'LARGEST', lineCount } });
    // Memory is for one large file at a time; whoever comes meanwhile comes again.
    expect(second).toMatchObject({ status: 503, body: { code: 'overloaded' }, retryAfter: '10' });
    expect(after.peak - before.now).toBeLessThan(8 * file.length + 200e6);
    expect(slowestMs).toBeLessThan(1_000);

    const path = `/v1/bulk-payments/${String(answer.body['bulkId'])}`;
    const { position } = answer;
    expect((await operator.get(path, { position })).body).toMatchObject({
      lineCount,
      progress: { received: lineCount },
    });
    const { body: page } = await operator.get(`${path}/lines?limit=1`, { position });
    expect(page['items']).toMatchObject([
      { line: 1, endToEndId: 'SALARY-1', amount: { amount: '0.01', asset: 'EUR' } },
    ]);
  }, 400_000);

  it('sent again it is the same, and the place of the first is free', async () => {
    expect(await send(fileOf('LARGEST', lineCount))).toMatchObject({ status: 200, body: { messageId: 'LARGEST' } });
  }, 400_000);

  it('over 128 MiB is too large, and everything else over 4 MiB still is', async () => {
    const bytesMax = 128 * 1024 * 1024;
    expect(await send(Buffer.alloc(bytesMax + 1, 0x20))).toMatchObject({
      status: 413,
      body: { code: 'body_too_large', bytesMax },
    });
    const usual = 4 * 1024 * 1024;
    expect(await operator.post('/v1/transfers', `"${'x'.repeat(usual)}"`)).toMatchObject({
      status: 413,
      body: { code: 'body_too_large', bytesMax: usual },
    });
  }, 60_000);

  it('that is a bomb, or no XML, is refused as ever, however large', async () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "${'a'.repeat(100)}"><!ENTITY b "${'&a;'.repeat(100)}">]><Document>&b;</Document>`;
    const padded = (text: string) => Buffer.concat([Buffer.from(text), Buffer.alloc(5_000_000, 0x20)]);
    for (const [text, code] of [
      [bomb, 'xml_has_doctype'],
      ['<Document><open></Document>', 'xml_malformed'],
      ['{"no": "xml"}', 'xml_malformed'],
    ] as const) {
      const answer = await send(padded(text));
      expect(answer).toMatchObject({ status: 422, body: { code: 'bulk_file_invalid' } });
      expect(answer.body['problems']).toMatchObject([{ code }]);
    }
    const feeds = await send(Buffer.alloc(100_000_000, 0x0a), 'application/x-ndjson');
    expect(feeds.body['problems']).toMatchObject([{ code: 'json_malformed', reason: 'is empty' }]);
    const endless = await send(
      Buffer.concat([Buffer.from('{"messageId":"M"'), Buffer.alloc(50_000_000, 0x5b)]),
      'application/x-ndjson',
    );
    expect(endless.body['problems']).toMatchObject([{ code: 'json_malformed', line: 1 }]);
  }, 60_000);
});
