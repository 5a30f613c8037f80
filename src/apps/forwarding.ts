/** Hands requests for contexts that have moved out to the processes that serve them now. What a client sees never goes back. */
import replyFrom from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../runtime/access/access.js';
import type { ScopesByRoute } from '../runtime/access/required-scope.js';
import { PATHS } from '../runtime/http/kernel/paths.js';
import type { ProblemFilter } from '../runtime/http/kernel/problem.filter.js';
import type { ClientKey } from '../runtime/access/client-key.js';
import {
  ContextUnavailable,
  admitForwarded,
  headersToSend,
  requireForwardable,
} from './forwarded-requests.js';
import { CannotForward, ServedSource, reached, requireEqual, type Source } from './same-states.js';

/** A context with a process of its own. */
export interface ForwardedContext {
  readonly name: string;
  /** The first segments of its paths: `product`. */
  readonly segments: ReadonlySet<string>;
  /** The names of its projections. */
  readonly projections: readonly string[];
  /** Those among them that are entity projections or read models. They have a digest as of now only. */
  readonly entityProjections: readonly string[];
  /** What its endpoints ask for. */
  readonly scopes: ScopesByRoute;
  /** By the name of each relation, the projections that `?include=` of it reads. */
  readonly included: ReadonlyMap<string, readonly string[]>;
}

const METHODS_WITHOUT_BODY: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/** To one other process; as many as a server takes by default. */
const MAX_CONNECTIONS = 10_000;

/** Where one context's requests go. */
interface Route {
  readonly context: ForwardedContext;
  /** Undefined: this process serves it. */
  target: string | undefined;
  /** Set while requests wait for the process that takes over. */
  switching: Promise<void> | undefined;
}

/** Where this process and the other one stand. */
export interface ForwardingOptions {
  readonly contexts: readonly ForwardedContext[];
  /** How far a projection of this process has folded; undefined when it has none of this name. */
  readonly positionOf: (projection: string) => number | undefined;
  /** A digest of what it has folded up to a position, as `GET /projections/<name>/digest` answers it. */
  readonly digestAt: (projection: string, at: number) => Promise<string>;
  /** The head of the log. */
  readonly head: () => Promise<number>;
  /** Where contexts are served that this process does not have. */
  readonly targets?: ReadonlyMap<string, string>;
  /** Sent to them, to ask for what they have folded. Forwarded requests have their own. */
  readonly key?: ClientKey | undefined;
  /** Whether a proxy is before this process, which says in `X-Forwarded-For` where requests come from. */
  readonly behindProxy?: boolean;
  /** Whether credentials may be handed on over `http:` to another machine. */
  readonly keysOverHttp?: boolean;
}

export class Forwarding {
  readonly #routes: readonly Route[];
  /** One change at a time: each begins where the one before it has led. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ForwardingOptions) {
    this.#routes = options.contexts.map((context) => ({
      context,
      target: options.targets?.get(context.name),
      switching: undefined,
    }));
  }

  /** Where each context that is not served here is served. */
  get targets(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.#routes.flatMap(({ context: { name }, target }) => (target === undefined ? [] : [[name, target]])),
    );
  }

  /** Waits until the other processes have folded the log as it is now, since this one may have answered from it before. @throws CannotForward */
  async begin(): Promise<void> {
    const head = await this.options.head();
    for (const { context, target } of this.#routes) {
      if (target === undefined) continue;
      for (const projection of context.projections)
        await reached(projection, head, new ServedSource(target, this.options.key));
    }
  }

  /**
   * Requests for the context go to another process from now on, or come back. Those that arrive meanwhile wait until the one
   * that takes over has folded what the other had, so that no answer is older than one before it.
   *
   * @param target `http://127.0.0.1:3002`; undefined: this process
   * @throws CannotForward when the two have folded different states, or the one that takes over does not catch up in time
   */
  set(name: string, target: string | undefined): Promise<void> {
    const changed = this.#changes.then(() => this.#set(name, target));
    this.#changes = changed.catch(() => undefined);
    return changed;
  }

  async #set(name: string, target: string | undefined): Promise<void> {
    const route = this.#routes.find(({ context }) => context.name === name);
    if (route === undefined) {
      const known = this.#routes.map(({ context }) => context.name).join(', ') || 'none';
      throw new CannotForward(`There is no context ${name} here; there are ${known}.`);
    }
    if (route.target === target) return;
    if (target === undefined && this.options.targets?.has(name) === true)
      throw new CannotForward(
        `This process was started without ${name}, by LEFTFOLD_FORWARD; start it again with it.`,
      );
    const { entityProjections } = route.context;
    // The two could not be compared at one position.
    if (entityProjections.length > 0)
      throw new CannotForward(
        `${name} has entity projections or read models (${entityProjections.join(', ')}), which cannot be handed over while both serve; ` +
          `start this process again, with or without LEFTFOLD_FORWARD=${name}=URL.`,
      );
    const from = this.#sourceOf(route.target);
    const to = this.#sourceOf(target);
    for (const projection of route.context.projections) await requireEqual(projection, from, to);
    const switched = this.#takeOver(route.context, from, to);
    route.switching = switched.catch(() => undefined);
    try {
      await switched;
      route.target = target;
    } finally {
      route.switching = undefined;
    }
  }

  async #takeOver({ projections }: ForwardedContext, from: Source, to: Source): Promise<void> {
    for (const projection of projections) {
      const position = (await from.position(projection)) ?? (await this.options.head());
      await reached(projection, position, to);
    }
  }

  /** Must be called before any route is registered. */
  register(fastify: FastifyInstance, access: Access, filter: ProblemFilter): void {
    void fastify.register(replyFrom, {
      disableRequestLogging: true,
      // A client may wait for a position for a minute, and a stream has no end.
      // A stream has a connection to itself: with the 128 that are the default, so many would leave none for commands.
      undici: { headersTimeout: 90_000, bodyTimeout: 0, connections: MAX_CONNECTIONS },
    });
    fastify.addHook('onRequest', (request, reply, done) => {
      const route = this.#routeOf(request.url);
      if (route === undefined) {
        done();
        return;
      }
      const forwardOrServe = (): void => {
        const { target, context } = route;
        if (target === undefined) done();
        else
          admitForwarded(request, context, access)
            .then(() => {
              this.#forward(request, reply, target, context.name, filter);
            })
            .catch((error: unknown) => {
              void filter.answer(error, request, reply);
            });
      };
      // In a later turn: the target is set once the switch has ended.
      if (route.switching === undefined) forwardOrServe();
      else void route.switching.then(() => setImmediate(forwardOrServe));
    });
  }

  /** The name of the context that another process serves at this path. */
  contextElsewhere(pathname: string): string | undefined {
    const route = this.#routeOf(pathname);
    return route?.target === undefined ? undefined : route.context.name;
  }

  /**
   * Of the contexts that are, or are about to be, served elsewhere: most processes have none, and look at no path. Of two that have a
   * path, one is made of others and comes first.
   */
  #routeOf(url: string): Route | undefined {
    const inUse = this.#routes.filter(({ target, switching }) => (target ?? switching) !== undefined);
    if (inUse.length === 0) return undefined;
    const [, first = '', second = ''] = url.split('?', 1)[0]?.split('/', 3).map(decodeURIComponent) ?? [];
    return inUse.findLast(({ context }) =>
      first === PATHS.projections ? context.projections.includes(second) : context.segments.has(first),
    );
  }

  /** @throws NothingHere, CredentialsNotHandedOn */
  #forward(
    request: FastifyRequest,
    reply: FastifyReply,
    target: string,
    name: string,
    filter: ProblemFilter,
  ): void {
    const { behindProxy = false, keysOverHttp = false } = this.options;
    const path = requireForwardable(request, { name, target, keysOverHttp });
    // Not read by a parser: it is passed on as it comes.
    if (!METHODS_WITHOUT_BODY.includes(request.method)) request.body = request.raw;
    reply.from(path, {
      getUpstream: () => target,
      // A 503 is for the client: it has asked for a time to wait, and knows whether it asks again.
      retryDelay: () => null,
      rewriteRequestHeaders: (_, headers) => headersToSend(request.raw, headers, behindProxy),
      onError: (_, { error }) => {
        void filter.answer(new ContextUnavailable(name, { cause: error }), request, reply);
      },
    });
  }

  #sourceOf(target: string | undefined): Source {
    const { positionOf, digestAt } = this.options;
    if (target !== undefined) return new ServedSource(target, this.options.key);
    return {
      position: (projection) => Promise.resolve(positionOf(projection)),
      digest: (projection, at) => digestAt(projection, at),
    };
  }
}
