import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createSender, type Sender, signatures } from './sender.ts';

const open: { server?: Server; sender?: Sender } = {};
const own = { allowsLoopback: true };
const secrets = [`whsec_${Buffer.alloc(32, 1).toString('base64')}`];

afterEach(async () => {
  open.sender?.close();
  const { server } = open;
  if (server !== undefined) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const serve = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  open.server = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};
const send = (url: string, rules = own) => {
  open.sender = createSender(rules, Date.now, { timeoutMs: 300, answerMax: 10 });
  return open.sender.send({ url, messageId: 'msg_1', body: '{}', secrets, headers: {} });
};

describe('a signature', () => {
  it('is the one of the example of the specification', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const message = {
      messageId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      body: '{"test": 2432232314}',
    };
    const wanted = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
    expect(signatures([secret], message)).toBe(wanted);
    expect(signatures([secret, secret], message)).toBe(`${wanted} ${wanted}`);
  });
});

describe('an attempt', () => {
  it('tells the status and the beginning of the answer', async () => {
    const url = await serve((_, response) => response.writeHead(422).end('a long explanation'));
    expect(await send(url)).toMatchObject({ status: 422, answer: 'a long exp' });
  });

  it('tells how long the receiver asks to be left alone', async () => {
    const url = await serve((_, response) => response.writeHead(503, { 'retry-after': '120' }).end());
    expect(await send(url)).toMatchObject({ status: 503, retryAfterMs: 120_000 });
  });

  it('ends when nobody answers, or nobody ends an answer', async () => {
    const silent = await serve(() => undefined);
    expect(await send(silent)).toMatchObject({ error: 'timed_out' });
  });

  it('does not listen to an answer without end', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200);
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(10_000), () => setImmediate(more));
      };
      more();
    });
    const { status, answer, durationMs } = await send(url);
    expect([status, answer]).toEqual([200, 'xxxxxxxxxx']);
    expect(durationMs).toBeLessThan(300);
  });

  it('says that nobody is there, or that the connection broke', async () => {
    const url = await serve((request) => request.socket.destroy());
    expect(await send(url)).toMatchObject({ error: 'connection_lost' });
    expect(await send('http://127.0.0.1:9/')).toMatchObject({ error: 'connection_refused' });
  });

  it('is not made to an address that is not public, be it named by a number or by a name', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      asked++;
      response.end();
    });
    const { port } = new URL(url);
    const strict = { allowsLoopback: false };
    expect(await send(url, strict)).toMatchObject({ error: 'not_https' });
    expect(await send(`https://127.0.0.1:${port}/`, strict)).toMatchObject({ error: 'address_not_public' });
    // The name is looked at when the connection is made.
    expect(await send(`https://localhost:${port}/`, strict)).toMatchObject({ error: 'address_not_public' });
    expect(asked).toBe(0);
  });
});
