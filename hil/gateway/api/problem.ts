import type { FastifyReply } from 'fastify';
import { STATUS_CODES } from 'node:http';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** A problem document (RFC 9457 section 3). `about:blank` says that the status code tells the kind (section 4.2.1). */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

/** @param status - HTTP status code, 400 to 599. @param detail - What happened in this case, for people. */
export function problemOf(status: number, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail };
}

/** Answers with a problem document; `extension` adds members (RFC 9457 section 3.2). */
export function sendProblem(reply: FastifyReply, problem: Problem, extension: Readonly<Record<string, unknown>> = {}): FastifyReply {
  return reply.code(problem.status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify({ ...problem, ...extension }));
}
