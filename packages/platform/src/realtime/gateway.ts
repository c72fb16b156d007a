import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { HttpServer } from '../http/server.ts';
import {
  type Connection,
  type ConnectionLimits,
  type ConnectionTools,
  defaultConnectionLimits,
  serveConnection,
} from './connection.ts';
import { createPresence } from './presence.ts';
import { codes, errorFrame, frameBytesMax, versions } from './protocol.ts';

/** The WebSocket side of a server. */
export interface Gateway {
  readonly connections: number;
  /** Connections that are in no channel yet. */
  readonly unauthorised: number;
  /** Takes no new connections, and asks the clients to come back to another process. */
  close(): Promise<void>;
}

/** Limits of a gateway beside those of its connections. */
export interface GatewayLimits extends ConnectionLimits {
  readonly connectionsMax: number;
  /** Beyond so many that are in no channel, the one that has been so longest is closed: strangers cannot keep the others out. */
  readonly unauthorisedMax: number;
  /** Time for a client to answer a close. */
  readonly closeTimeoutMs: number;
}

export const defaultGatewayLimits: GatewayLimits = {
  ...defaultConnectionLimits,
  connectionsMax: 10_000,
  unauthorisedMax: 3_000,
  closeTimeoutMs: 5_000,
};

/** The server whose connections are taken over. */
export type UpgradingServer = Pick<HttpServer, 'server' | 'onUpgrade'>;

/** What a gateway is given. */
export interface GatewayOptions extends Omit<ConnectionTools, 'presence' | 'limits'> {
  /** Whether there is a tenant of this id that is not suspended. */
  readonly isTenant: (tenantId: string) => Promise<boolean>;
  readonly limits?: Partial<GatewayLimits> | undefined;
  /** Told of every connection's end. */
  readonly onClosed?: ((code: number) => void) | undefined;
}

const tickMs = 1_000;
const pathPattern = /^\/app\/([^/?]{1,100})\/?(?:\?|$)/;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Takes the connections that ask a server for the Pusher protocol at `/app/{tenantId}`; everything else the server answers as if nobody had asked. */
export const attachGateway = (server: UpgradingServer, options: GatewayOptions): Gateway => {
  const gateway = new SocketGateway(options);
  server.onUpgrade((request, socket, head) => {
    // A server that upgrades is given every request that would like to: HTTP/2 over clear text, or a path that is none of ours.
    const isOurs = request.headers.upgrade?.toLowerCase() === 'websocket' && pathPattern.test(request.url ?? '');
    if (isOurs) gateway.upgrade(request, socket, head);
    else answerPlainly(server.server, request, socket as Socket);
  });
  return gateway;
};

class SocketGateway implements Gateway {
  readonly #options: GatewayOptions;
  readonly #limits: GatewayLimits;
  readonly #tools: ConnectionTools;
  readonly #sockets: WebSocketServer;
  readonly #connections = new Map<Connection, WebSocket>();
  readonly #strangers = new Set<Connection>();
  readonly #ticking: NodeJS.Timeout;
  #isClosing = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#limits = { ...defaultGatewayLimits, ...options.limits };
    this.#tools = { ...options, limits: this.#limits, presence: createPresence() };
    // Named apart because the published types do not know `closeTimeout` yet.
    const settings = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: frameBytesMax,
      closeTimeout: this.#limits.closeTimeoutMs,
    };
    this.#sockets = new WebSocketServer(settings);
    this.#ticking = setInterval(() => this.#tick(), tickMs).unref();
  }

  get connections(): number {
    return this.#connections.size;
  }

  get unauthorised(): number {
    return this.#strangers.size;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#isClosing || this.#connections.size >= this.#limits.connectionsMax) {
      socket.end(
        'HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
      );
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#welcome(request, webSocket, socket).catch((error: unknown) => {
        this.#options.onError?.(error);
        webSocket.close(codes.overCapacity, 'It cannot be looked up at the moment.');
      });
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#ticking);
    for (const connection of this.#connections.keys()) connection.close(codes.goingAway, 'This process stops.');
    const endMs = performance.now() + 1_000;
    while (this.#connections.size > 0 && performance.now() < endMs)
      await new Promise((resolve) => setTimeout(resolve, 10));
    for (const webSocket of this.#connections.values()) webSocket.terminate();
  }

  /** Serves whoever speaks a version of the protocol that is spoken here, to a tenant that there is. */
  async #welcome(request: IncomingMessage, webSocket: WebSocket, socket: Duplex): Promise<void> {
    webSocket.on('error', () => undefined);
    const refuse = (code: number, reason: string): void => {
      webSocket.send(errorFrame(reason, code));
      webSocket.close(code, reason);
    };
    const url = new URL(request.url ?? '/', 'http://localhost');
    const tenantId = pathPattern.exec(request.url ?? '')?.[1] ?? '';
    const version = url.searchParams.get('protocol');
    if (version === null) return refuse(codes.noVersion, 'No version of the protocol was named.');
    if (!/^\d{1,3}$/.test(version)) return refuse(codes.invalidVersion, 'The version of the protocol is no number.');
    if (Number(version) < versions.least || Number(version) > versions.most)
      return refuse(codes.unsupportedVersion, `Versions ${versions.least} to ${versions.most} are spoken here.`);
    const isKnown = uuid.test(tenantId) && (await this.#options.isTenant(tenantId));
    if (!isKnown) return refuse(codes.unknownApplication, 'There is no such tenant.');
    if (webSocket.readyState === webSocket.OPEN && !this.#isClosing) this.#serve(webSocket, socket, tenantId);
    else webSocket.terminate();
  }

  #serve(webSocket: WebSocket, socket: Duplex, tenantId: string): void {
    const connection: Connection = serveConnection(
      this.#tools,
      { webSocket, socket, tenantId },
      {
        onGone: (code) => {
          this.#connections.delete(connection);
          this.#strangers.delete(connection);
          this.#options.onClosed?.(code);
        },
        onAuthorised: () => this.#strangers.delete(connection),
      },
    );
    this.#connections.set(connection, webSocket);
    this.#strangers.add(connection);
    if (this.#strangers.size <= this.#limits.unauthorisedMax) return;
    const [oldest] = this.#strangers;
    if (oldest === undefined) return;
    this.#strangers.delete(oldest);
    // At once: to wait for strangers to answer a close would be to let them in.
    this.#connections.get(oldest)?.terminate();
  }

  #tick(): void {
    const nowMs = performance.now();
    for (const connection of this.#connections.keys()) connection.tick(nowMs);
  }
}

/** Answers a request that asked for another protocol as if it had not (RFC 9110 §7.8). */
const answerPlainly = (server: Server, request: IncomingMessage, socket: Socket): void => {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    // Its body was not read, and there is nobody left who would.
    socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    return;
  }
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => {
    response.detachSocket(socket);
    socket.end();
  });
  server.emit('request', request, response);
};
