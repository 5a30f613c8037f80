/** The page of the console as it was built, with what the browser must know of this application. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Links } from '../http/kernel/links.js';
import { PATHS } from '../http/kernel/paths.js';
import type { ConsoleOptions } from './console-options.js';

/** Beside `dist` and `src`, in a checkout and in the package. */
const BUILT = new URL('../../../dist-console/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Runs the scripts of its own folder and nothing else; talks to the application that serves it and to nobody else. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface ConsoleFile {
  readonly type: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
  readonly entityTag: string;
}

export class ConsolePage {
  readonly contentSecurityPolicy = CONTENT_SECURITY_POLICY;
  #html: ConsoleFile | undefined;
  #assets: ReadonlyMap<string, ConsoleFile> | undefined;

  constructor(
    private readonly links: Links,
    private readonly options: ConsoleOptions,
  ) {}

  /** False in a checkout in which `npm run build` was never run. */
  get isBuilt(): boolean {
    return existsSync(new URL('index.html', BUILT));
  }

  get html(): ConsoleFile {
    this.#html ??= fileOf('text/html; charset=utf-8', Buffer.from(this.#filledIn()));
    return this.#html;
  }

  asset(name: string): ConsoleFile | undefined {
    this.#assets ??= new Map(
      readdirSync(new URL('assets/', BUILT)).map((each) => [
        each,
        fileOf(TYPES[extname(each)] ?? 'application/octet-stream', readFileSync(inAssets(each))),
      ]),
    );
    return this.#assets.get(name);
  }

  /** The build names its files as if they stood beside the page, and leaves a place for what only the application knows. */
  #filledIn(): string {
    const settings = { api: this.links.runtime('/'), environment: this.options.environment };
    return readFileSync(new URL('index.html', BUILT), 'utf8')
      .replaceAll('./assets/', `${this.links.runtime(`/${PATHS.console}`)}/assets/`)
      .replace('{settings}', () => escaped(JSON.stringify(settings)));
  }
}

function inAssets(name: string): string {
  return fileURLToPath(new URL(`assets/${name}`, BUILT));
}

function fileOf(type: string, body: Buffer): ConsoleFile {
  const entityTag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  return { type, body, gzipped: gzipSync(body), entityTag };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
