/** The projections of a running server, asked over HTTP. */
import type { ClientKey } from '../runtime/access/client-key.js';
import { CommandFailed, EXIT } from './exit-codes.js';

interface ServedOverview {
  readonly name: string;
  readonly position: number;
  /** Of an entity projection. */
  readonly entities?: object;
}

export interface ServedProjection {
  /** How far it has folded. */
  readonly position: number;
  readonly hasEntities: boolean;
}

export class ServedProjections {
  readonly url: string;

  /** @throws CommandFailed when the URL is none, or the key is not sent there */
  constructor(
    url: string,
    private readonly interrupted: AbortSignal,
    private readonly key?: ClientKey,
  ) {
    if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
      throw new CommandFailed(
        `${JSON.stringify(url)} is not the URL of a server, as in http://localhost:3000`,
        EXIT.usage,
      );
    const fault = key?.faultOf(new URL(url));
    if (fault !== undefined) throw new CommandFailed(fault, EXIT.usage);
    this.url = url.replace(/\/+$/, '');
  }

  /** By name. @throws CommandFailed */
  async overview(): Promise<ReadonlyMap<string, ServedProjection>> {
    const { projections } = (await this.#json('/projections')) as {
      readonly projections?: readonly ServedOverview[];
    };
    if (!Array.isArray(projections)) throw this.#noServer();
    return new Map(
      (projections as readonly ServedOverview[]).map(({ name, position, entities }) => [
        name,
        { position, hasEntities: entities !== undefined },
      ]),
    );
  }

  /** Of the state at a position. @throws CommandFailed */
  async digest(name: string, at: number): Promise<string> {
    const { digest } = (await this.#json(`/projections/${name}/digest?at=${at}`)) as {
      readonly digest?: string;
    };
    if (digest === undefined) throw this.#noServer();
    return digest;
  }

  /** Of all entities as of now: the position, and the digest with it. @throws CommandFailed */
  async entityDigest(name: string): Promise<{ readonly position: number; readonly digest: string }> {
    const { position, digest } = (await this.#json(`/projections/${name}/digest`)) as {
      readonly position?: number;
      readonly digest?: string;
    };
    if (position === undefined || digest === undefined) throw this.#noServer();
    return { position, digest };
  }

  async #json(path: string): Promise<unknown> {
    const response = await fetch(this.url + path, {
      signal: this.interrupted,
      ...(this.key !== undefined && { headers: { authorization: this.key.authorization } }),
    }).catch((error: unknown) => {
      this.interrupted.throwIfAborted();
      const { cause, message } = error as Error;
      throw new CommandFailed(
        `${this.url} cannot be reached: ${cause instanceof Error ? cause.message : message}`,
      );
    });
    const text = await response.text();
    if (response.ok) {
      try {
        return JSON.parse(text);
      } catch {
        throw this.#noServer();
      }
    }
    if (response.status === 401)
      throw new CommandFailed(
        this.key === undefined
          ? `${this.url} asks for a key; set LEFTFOLD_KEY or LEFTFOLD_KEY_FILE to one that has the scope operate`
          : `${this.url} does not take the key of LEFTFOLD_KEY or LEFTFOLD_KEY_FILE${detailOf(text)}`,
      );
    throw new CommandFailed(`${this.url}${path} answered ${response.status}${detailOf(text)}`);
  }

  #noServer(): CommandFailed {
    return new CommandFailed(`${this.url} is no server of Leftfold that shows its projections`);
  }
}

function detailOf(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: unknown };
    return typeof detail === 'string' ? `: ${detail}` : '';
  } catch {
    return '';
  }
}
