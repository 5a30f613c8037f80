/** What can be had as a stream over a WebSocket: by the path that `GET` has. */
import type { RequiredScope } from '../../access/scopes.js';
import type { HttpRequest } from '../kernel/exchange.js';
import type { PushSource } from './push-source.js';

export interface OpenedStream {
  readonly source: PushSource;
  /** Where a client resumes that is cut off before the first message. */
  readonly id?: string;
}

export interface PushTopic {
  /** Without a slash before it, as in `events` or `shop/orders`. */
  readonly path: string;
  /** Whether a key follows the path. */
  readonly hasKey?: boolean;
  readonly scope: RequiredScope;
  /**
   * @param signal aborted once the client is gone
   * @param key empty where the path has none
   * @throws Problem when there is no such stream
   */
  readonly open: (request: HttpRequest, signal: AbortSignal, key: string) => Promise<OpenedStream>;
}

export interface FoundTopic {
  readonly topic: PushTopic;
  readonly key: string;
}

export class PushTopics {
  readonly #all: PushTopic[] = [];
  /** The name of the context that another process serves at a path; undefined: none. */
  contextElsewhere: (pathname: string) => string | undefined = () => undefined;

  offer(topic: PushTopic): void {
    this.#all.push(topic);
  }

  /**
   * @param pathname as a client has written it, without a query
   * @param linkTo where a path of the runtime is served
   */
  find(pathname: string, linkTo: (path: string) => string): FoundTopic | undefined {
    const exact = this.#all.find(({ path, hasKey }) => hasKey !== true && linkTo(`/${path}`) === pathname);
    if (exact !== undefined) return { topic: exact, key: '' };
    const end = pathname.lastIndexOf('/');
    const [start, encoded] = [pathname.slice(0, end), pathname.slice(end + 1)];
    const topic = this.#all.find(({ path, hasKey }) => hasKey === true && linkTo(`/${path}`) === start);
    return topic === undefined || encoded === '' ? undefined : { topic, key: decodeURIComponent(encoded) };
  }
}
