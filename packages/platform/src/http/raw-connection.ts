import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { type CommonProblem, commonProblems } from './common-problems.ts';
import { problemContentType, problemDocument, problemText } from './problem.ts';

/**
 * Answers what never became a request: bytes that are not HTTP (or could be two things, as with Content-Length beside
 * Transfer-Encoding: RFC 9112 §6.3, request smuggling), headers without end, senders too slow. The connection ends with it.
 */
export const answerRawConnection = (error: NodeJS.ErrnoException, socket: Socket, newRequestId: () => string): void => {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.destroyed) {
    socket.destroy();
    return;
  }
  answerRaw(problemOf(error.code), socket, newRequestId());
};

/** Writes a problem where there is no request to answer, and ends the connection. */
export const answerRaw = (code: CommonProblem, socket: Duplex, requestId: string): void => {
  const problem = commonProblems[code];
  const body = problemText(problemDocument(code, problem, requestId));
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    `content-type: ${problemContentType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
};

const problemOf = (code: string | undefined): CommonProblem => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout';
  return code === 'HPE_HEADER_OVERFLOW' ? 'headers_too_large' : 'malformed_request';
};
