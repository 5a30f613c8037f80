/** What every request of the server passes before a route is looked for: its address and origin, its URL, and whether its method is known. */
import { METHODS as PARSED_METHODS } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { METHODS } from '../runtime/http/kernel/method-not-allowed.js';
import { OriginPolicy, type OriginOptions } from '../runtime/http/kernel/origin-policy.js';
import { requireDecodableUrl } from '../runtime/http/kernel/parameters.js';
import { Problem } from '../runtime/http/kernel/problem.js';
import type { ProblemFilter } from '../runtime/http/kernel/problem.filter.js';

const KNOWN_METHODS: readonly string[] = [...METHODS, 'OPTIONS'];

/** RFC 9110, 15.6.2. */
class MethodUnknown extends Problem {
  constructor(method: string) {
    super(
      'method-unknown',
      'method-unknown',
      'The method is not known',
      `No path of this server has ${method}; OPTIONS tells which methods a path has.`,
    );
  }
}

/** Must be called before any route is registered. */
export function guardRequests(fastify: FastifyInstance, options: OriginOptions, filter: ProblemFilter): void {
  const policy = new OriginPolicy(options);
  // Without this, Fastify answers them as unknown paths, after the hooks.
  const unknown = new Set(PARSED_METHODS.filter((method) => !KNOWN_METHODS.includes(method)));
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(policy.headersFor(request));
    try {
      policy.check(request.raw);
      if (unknown.has(request.method)) throw new MethodUnknown(request.method);
      requireDecodableUrl(request.originalUrl);
    } catch (error) {
      refuse(error, request, reply);
      return;
    }
    const preflight = policy.preflightHeaders(request.raw);
    if (preflight === undefined) done();
    else reply.status(204).headers(preflight).send();
  });

  function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    void filter.answer(error, request, reply);
  }
}
