/** What every request of the server passes before its body is read: its address and origin, its URL, its method, and who sends it. */
import { METHODS as PARSED_METHODS } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../runtime/access/access.js';
import type { ScopesByRoute } from '../runtime/access/required-scope.js';
import type { RequiredScope } from '../runtime/access/scopes.js';
import { METHODS } from '../runtime/http/kernel/method-not-allowed.js';
import { OriginPolicy, type OriginOptions } from '../runtime/http/kernel/origin-policy.js';
import { PATHS } from '../runtime/http/kernel/paths.js';
import { PAGE_MODULES } from './context-page.js';
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

export interface GuardOptions extends OriginOptions {
  readonly access: Access;
  /** Of all controllers; asked for once the application has been created. */
  readonly scopes: () => ScopesByRoute;
}

/** Of the platform, and without data of the application: they tell what there is, and how to ask for it. */
const PUBLIC_PATHS: ReadonlySet<string> = new Set([
  '/',
  PAGE_MODULES,
  `/${PATHS.openApi}`,
  `/${PATHS.openApiYaml}`,
]);
const DOCS = `/${PATHS.docs}`;

/** What has no owner asks for `admin`. A path or method that there is not is refused by itself. */
export function scopeOf(method: string, url: string | undefined, scopes: ScopesByRoute): RequiredScope {
  if (url === undefined) return 'public';
  const methods = scopes.get(url);
  if (methods !== undefined) return methods.get(method) ?? methods.get('ALL') ?? 'public';
  return PUBLIC_PATHS.has(url) || url === DOCS || url.startsWith(`${DOCS}/`) ? 'public' : 'admin';
}

/** Must be called before any route is registered. */
export function guardRequests(
  fastify: FastifyInstance,
  { access, scopes, ...options }: GuardOptions,
  filter: ProblemFilter,
): void {
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
    if (preflight !== undefined) {
      reply.status(204).headers(preflight).send();
      return;
    }
    if (access.letsBy(request.raw)) {
      done();
      return;
    }
    try {
      const admitted = access.admit(request, scopeOf(request.method, request.routeOptions.url, scopes()));
      if (admitted === undefined) done();
      else
        admitted.then(
          () => {
            done();
          },
          (error: unknown) => {
            refuse(error, request, reply);
          },
        );
    } catch (error) {
      refuse(error, request, reply);
    }
  });

  function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    void filter.answer(error, request, reply);
  }
}
