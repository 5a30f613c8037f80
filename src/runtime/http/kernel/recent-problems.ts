/** The problems that this process has answered lately, for operators. In memory only, and bounded whatever clients send. */
import type { HttpRequest } from './exchange.js';
import type { ProblemDocument } from './problem-document.js';

/** Token of the `RecentProblems` of an application that keeps them. */
export const RECENT_PROBLEMS = 'leftfold:recent-problems';

/** Of one method, route and type. */
export interface RecentProblem {
  /** When it was answered last (RFC 3339). */
  readonly time: string;
  readonly method: string;
  /** That of the last such request, without its query. */
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  /** How often, since it is kept. */
  readonly count: number;
}

/** So many are kept. */
export const MAX_PROBLEMS = 100;

/** In characters; what is longer is cut. */
export const MAX_DETAIL_LENGTH = 500;
const MAX_TEXT_LENGTH = 200;

export class RecentProblems {
  /** Those that happened last are at the end. */
  readonly #kept = new Map<string, RecentProblem>();

  constructor(private readonly now: () => Date = () => new Date()) {}

  /** Newest first. */
  get list(): readonly RecentProblem[] {
    return [...this.#kept.values()].reverse();
  }

  /** A request for a path that there is not is nothing that an operator could mend: of those only what failed on this side is kept. */
  note({ status, type, title, detail }: ProblemDocument, request: HttpRequest): void {
    const { method, originalUrl } = request;
    const [path = ''] = originalUrl.split('?', 1);
    const route = routeOf(request) ?? (weightOf(status) > 0 ? firstSegment(path) : undefined);
    if (route === undefined) return;
    const key = [method, route, type].join(' ');
    const count = (this.#kept.get(key)?.count ?? 0) + 1;
    this.#kept.delete(key);
    this.#kept.set(key, {
      time: this.now().toISOString(),
      method,
      path: cut(path, MAX_TEXT_LENGTH),
      status,
      type: cut(type, MAX_TEXT_LENGTH),
      title: cut(title, MAX_TEXT_LENGTH),
      detail: cut(detail, MAX_DETAIL_LENGTH),
      count,
    });
    if (this.#kept.size > MAX_PROBLEMS) this.#dropOne();
  }

  /** The oldest of those that say least: what clients can cause at will does not drive out what failed here. */
  #dropOne(): void {
    const oldest = [...this.#kept];
    const least = Math.min(...oldest.map(([, { status }]) => weightOf(status)));
    const [key] = oldest.find(([, { status }]) => weightOf(status) === least) ?? [];
    if (key !== undefined) this.#kept.delete(key);
  }
}

/** Most of all a failure on this side, then a decision that was refused. */
const weightOf = (status: number): number => (status >= 500 ? 2 : status === 409 || status === 422 ? 1 : 0);

/** As it was declared, with the names of its parameters. Undefined where no route was found. */
function routeOf(request: HttpRequest): string | undefined {
  const { routeOptions, route } = request as HttpRequest & {
    /** On Fastify. */
    readonly routeOptions?: { readonly url?: string };
    /** On Express. */
    readonly route?: { readonly path?: unknown };
  };
  const found = routeOptions?.url ?? route?.path;
  return typeof found === 'string' ? found : undefined;
}

const firstSegment = (path: string): string => cut(path.split('/', 2).join('/'), MAX_TEXT_LENGTH);

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1).toWellFormed()}…` : text;
}
