/** Published contracts of another repository: a folder, or a URL that serves such a folder. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { revisionsOf, type AnyContract } from '../event-contract.js';
import { PublishedContracts, parsedRevision, type PublishedRevision } from './published-contracts.js';
import type { PublishedSource } from './reliance.js';

/** Of one file. */
const MAX_FILE_BYTES = 1024 * 1024;
/** Of all files of one URL together. */
const MAX_FILES = 2_000;
const FETCH_TIMEOUT_MS = 30_000;

export interface SourceOptions {
  /** For all files of a URL together, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Of a folder everything; of a URL what is published of these contracts, since it has no list of its files: every revision that they know, and
 * newer ones, one after another.
 *
 * @param place a folder, or a URL of http or https, as in `https://raw.githubusercontent.com/acme/shop/main/contracts`
 * @throws Error that says what is wrong with the place, or with a file that it has
 */
export async function publishedAt(
  place: string,
  contracts: readonly AnyContract[],
  { timeoutMs = FETCH_TIMEOUT_MS, signal }: SourceOptions = {},
): Promise<PublishedSource> {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(place)) return folderSource(place, contracts);
  if (!URL.canParse(place) || !/^https?:$/.test(new URL(place).protocol))
    throw new Error(`${place} is no folder, and no URL of http or https`);
  const deadline = AbortSignal.timeout(timeoutMs);
  const download = new Download(place, signal === undefined ? deadline : AbortSignal.any([deadline, signal]));
  const found = new Map<string, PublishedRevision>();
  for (const contract of new Set(contracts)) {
    for await (const [revision, published] of download.revisionsOf(contract))
      found.set(keyOf(contract.type, revision), published);
  }
  if (found.size === 0 && contracts.length > 0)
    throw nothingPublished(place, contracts, ' (everything was answered with 404)');
  return {
    place,
    revisions: [...found.keys()].map((key) => {
      const [type = '', revision] = key.split(' ');
      return { type, revision: Number(revision) };
    }),
    read: (type, revision) => {
      const published = found.get(keyOf(type, revision));
      if (published === undefined) throw new Error(`${place} has no ${type} of revision ${revision}`);
      return published;
    },
  };
}

const keyOf = (type: string, revision: number): string => `${type} ${revision}`;

function folderSource(place: string, contracts: readonly AnyContract[]): PublishedSource {
  const found = statSync(place, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true)
    throw new Error(
      found === undefined
        ? `there is no folder ${place}; contracts are published by leftfold contracts publish, or by publishContracts`
        : `${place} is a file; name the folder of the published contracts`,
    );
  const published = new PublishedContracts(place);
  const { revisions } = published;
  if (revisions.length === 0 && contracts.length > 0) throw nothingPublished(place, contracts, nearby(place));
  return {
    place,
    revisions,
    read: (type, revision) => published.read(type, revision),
  };
}

function nothingPublished(place: string, [first]: readonly AnyContract[], hint: string): Error {
  const example = `${first?.type ?? 'order.placed'}/1.schema.json`;
  return new Error(
    `${place} is no folder of published contracts: it has no file such as ${example}${hint}; leftfold contracts publish writes them`,
  );
}

/** Where the folder was one too high, or one too low. */
function nearby(place: string): string {
  const isOfOneEvent = readdirSync(place).some((name) => name.endsWith('.schema.json'));
  const near = isOfOneEvent ? dirname(resolve(place)) : join(place, 'contracts');
  const found = existsSync(near) && new PublishedContracts(near).revisions.length > 0;
  return found ? `, while ${near} has some` : '';
}

class Download {
  readonly #base: URL;
  #files = 0;

  constructor(
    private readonly place: string,
    private readonly signal: AbortSignal,
  ) {
    this.#base = new URL(place.endsWith('/') ? place : `${place}/`);
  }

  async *revisionsOf(contract: AnyContract): AsyncIterable<readonly [revision: number, PublishedRevision]> {
    const known = revisionsOf(contract).map(({ revision }) => revision);
    let newest = 0;
    for (const revision of known) {
      const published = await this.#revision(contract.type, revision);
      if (published === undefined) continue;
      newest = revision;
      yield [revision, published];
    }
    for (let revision = contract.revision + 1; newest === contract.revision; revision += 1) {
      const published = await this.#revision(contract.type, revision);
      if (published === undefined) return;
      yield [revision, published];
    }
  }

  async #revision(type: string, revision: number): Promise<PublishedRevision | undefined> {
    const schema = await this.#json(`${type}/${revision}.schema.json`);
    if (schema === undefined) return undefined;
    const examples = await this.#json(`${type}/${revision}.examples.json`);
    return parsedRevision(
      schema,
      examples ?? [],
      (part) => `${this.#base.href}${type}/${revision}.${part}.json`,
    );
  }

  /** @returns undefined when there is no such file */
  async #json(file: string): Promise<unknown> {
    const url = new URL(file, this.#base);
    url.search = this.#base.search;
    this.#files += 1;
    if (this.#files > MAX_FILES)
      throw new Error(`${this.place} has more than ${MAX_FILES} files of contracts`);
    const response = await this.#reached(url, fetch(url, { signal: this.signal }));
    if (response.status === 404 || response.status === 410) {
      await response.body?.cancel();
      return undefined;
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`${url.href} answered ${response.status}`);
    }
    const text = await this.#reached(url, boundedText(response));
    if (text === undefined) throw new Error(`${url.href} is longer than ${MAX_FILE_BYTES} bytes`);
    try {
      return JSON.parse(text);
    } catch (error) {
      const what = /^\s*</.test(text)
        ? 'is a page, as HTML is, and no JSON; give the address of the files themselves'
        : 'is no JSON';
      throw new Error(`${url.href} ${what}`, { cause: error });
    }
  }

  async #reached<Result>(url: URL, work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      const { name, message, cause } = error as Error;
      const reason = cause instanceof Error ? cause.message : message;
      throw new Error(
        name === 'TimeoutError'
          ? `${url.href} did not answer in time`
          : `${url.href} cannot be read: ${reason}`,
        {
          cause: error,
        },
      );
    }
  }
}

/** @returns undefined when it is too long */
async function boundedText(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > MAX_FILE_BYTES) return undefined;
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}
