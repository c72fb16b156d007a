import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createCertificateAuthority } from '@finaegis/provider-doubles/certificates';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendJson, sendText } from './outbound-http.ts';
import { createTlsIdentity, type TlsIdentity } from './tls-identity.ts';

const [bankAuthority, clientAuthority] = [
  createCertificateAuthority('Bank CA'),
  createCertificateAuthority('Client CA'),
];
const own = clientAuthority.issue('finaegis');
const known = { ...own, authority: bankAuthority.certificate };

let server: Server;
let url: string;
/** Whose requests were read. */
const heard: string[] = [];

beforeAll(async () => {
  const { certificate: cert, key } = bankAuthority.issue('bank');
  const options = { cert, key, ca: clientAuthority.certificate, requestCert: true, rejectUnauthorized: true };
  server = createServer(options, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, headers } = request;
      heard.push(String(headers['x-name']));
      if (request.url === '/broken') return response.writeHead(500).end();
      if (request.url === '/elsewhere') return response.writeHead(303, { location: '/' }).end();
      if (request.url === '/busy') return response.writeHead(429, { 'retry-after': '2' }).end();
      if (request.url === '/silent') return undefined;
      if (request.url === '/half') {
        response.writeHead(200, { 'content-length': '100' }).write('{"id":');
        return setImmediate(() => request.socket.destroy());
      }
      response.writeHead(200, { 'content-type': 'application/json', 'x-page': ['1', '2'] });
      return response.end(
        JSON.stringify({ method, type: headers['content-type'], body: String(Buffer.concat(chunks)) }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const send = (identity: TlsIdentity | undefined, path = '/', name = 'somebody') =>
  sendJson({
    url: `${url}${path}`,
    method: 'POST',
    headers: { 'x-name': name },
    body: { amount: '1' },
    identity,
    signal: AbortSignal.timeout(2_000),
  });

describe('a provider that wants a client certificate', () => {
  it('is sent what it would be sent without one, and answers as any', async () => {
    const { status, headers, body } = await send(createTlsIdentity(known));
    expect({ status, page: headers['x-page'], body }).toEqual({
      status: 200,
      page: '1, 2',
      body: { method: 'POST', type: 'application/json', body: '{"amount":"1"}' },
    });
    const text = await sendText({
      url,
      method: 'GET',
      identity: createTlsIdentity(known),
      signal: AbortSignal.timeout(2_000),
    });
    expect(JSON.parse(text.body)).toMatchObject({ method: 'GET' });
  });

  it('turns away who has none, which is known to have done nothing and is not tried again', async () => {
    const stranger = createTlsIdentity({ authority: bankAuthority.certificate });
    await expect(send(stranger, '/', 'stranger')).rejects.toMatchObject({
      name: 'ProviderFault',
      code: 'client_certificate_refused',
      isRetryable: false,
    });
    expect(heard).not.toContain('stranger');
  });

  it('that we do not know ourselves is sent nothing', async () => {
    const expected = { name: 'ProviderFault', code: 'certificate_refused', isRetryable: false };
    await expect(send(createTlsIdentity(own), '/', 'unknown bank')).rejects.toMatchObject(expected);
    await expect(send(undefined, '/', 'unknown bank')).rejects.toMatchObject(expected);
    expect(heard).not.toContain('unknown bank');
  });

  it('reads nothing of whose certificate is of another authority; that it did is not sure, and never taken for no', async () => {
    const forged = {
      ...createCertificateAuthority('Client CA').issue('finaegis'),
      authority: bankAuthority.certificate,
    };
    await expect(send(createTlsIdentity(forged), '/', 'forger')).rejects.toMatchObject({
      name: expect.stringMatching(/^(OutcomeUnknown|ProviderFault)$/) as unknown,
    });
    expect(heard).not.toContain('forger');
  });

  it.each([
    ['/broken', 'OutcomeUnknown', 'status_500'],
    ['/elsewhere', 'OutcomeUnknown', 'status_303'],
    ['/busy', 'ProviderFault', 'rate_limited'],
    ['/half', 'OutcomeUnknown', 'answer_cut_off'],
  ])('fails as any other: %s is %s %s', async (path, name, code) => {
    await expect(send(createTlsIdentity(known), path)).rejects.toMatchObject({ name, code });
  });

  it('that is silent is left when nobody waits any more', async () => {
    const signal = AbortSignal.timeout(200);
    const sent = sendJson({ url: `${url}/silent`, method: 'GET', identity: createTlsIdentity(known), signal });
    await expect(sent).rejects.toMatchObject({ name: 'OutcomeUnknown', code: 'timed_out' });
  });

  it('that is not there, or speaks no TLS, was sent nothing', async () => {
    const identity = createTlsIdentity(known);
    const signal = AbortSignal.timeout(2_000);
    const away = sendJson({ url: 'https://127.0.0.1:1', method: 'GET', identity, signal });
    await expect(away).rejects.toMatchObject({ name: 'ProviderFault', code: 'connection_refused', isRetryable: true });
    const plain = sendJson({ url: url.replace('https', 'http'), method: 'GET', identity, signal });
    await expect(plain).rejects.toThrow('takes no client certificate');
  });
});

describe('a client certificate', () => {
  it.each([
    [{ certificate: own.certificate }, 'one of them is missing'],
    [{ key: own.key }, 'one of them is missing'],
    [{ ...own, key: clientAuthority.issue('other').key }, 'not that of the client certificate'],
    [{ ...own, certificate: 'hello' }, 'client certificate is no PEM'],
    [{ ...own, key: 'secret words' }, 'key is no PEM'],
    [{ ...own, authority: 'hello' }, 'authority is no PEM'],
  ])('is refused with what is wrong, before anything is sent', (material, problem) => {
    expect(() => createTlsIdentity(material)).toThrow(problem);
    expect(() => createTlsIdentity(material)).not.toThrow('secret words');
  });
});
