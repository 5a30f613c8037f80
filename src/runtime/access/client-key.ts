/** The key, or token, that this process sends to other servers of Leftfold. It is never shown. */
import { readFileSync, statSync } from 'node:fs';
import { inspect } from 'node:util';
import { fileErrorText } from '../file-error-text.js';
import { InvalidSetting } from '../invalid-setting.js';
import { isSafeUrl } from './safe-urls.js';

/** How long a change of the file may go unnoticed. */
const LOOK_AGAIN_MS = 1_000;

const MAX_LENGTH = 8_192;

/** RFC 6750, section 2.1. */
const BEARER_TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

type Environment = Readonly<Record<string, string | undefined>>;

export interface ClientKeyOptions {
  /** Send it over `http:` to hosts that are not loopback, where anybody on the way can read it. Default: false. */
  readonly overPlainHttp?: boolean;
}

/**
 * One that is read from a file is read again when the file has changed, within a second; what is there then counts from the next request
 * on. While the file cannot be read, the last one is sent.
 */
export class ClientKey {
  #text: string;
  readonly #path: string | undefined;
  readonly #overPlainHttp: boolean;
  #version = '';
  #lookedAt = performance.now();

  private constructor(text: string, path: string | undefined, { overPlainHttp = false }: ClientKeyOptions) {
    this.#text = text;
    this.#path = path;
    this.#overPlainHttp = overPlainHttp;
  }

  /** @throws RangeError that does not repeat the text, when it cannot be a key or token */
  static of(text: string, options: ClientKeyOptions = {}): ClientKey {
    return new ClientKey(checked(text), undefined, options);
  }

  /** @throws Error in a sentence when the file cannot be read, or has no key */
  static inFile(path: string, options: ClientKeyOptions = {}): ClientKey {
    try {
      const key = new ClientKey(keyIn(path), path, options);
      key.#version = versionOf(path);
      return key;
    } catch (error) {
      throw new Error(fileErrorText(error, path) ?? (error as Error).message, { cause: error });
    }
  }

  /** The header `Authorization`. */
  get authorization(): string {
    if (this.#path !== undefined) this.#lookAgain(this.#path);
    return `Bearer ${this.#text}`;
  }

  /** Why it is not sent to this server, if it is not: a sentence. */
  faultOf(url: URL): string | undefined {
    if (this.#overPlainHttp || isSafeUrl(url)) return undefined;
    return (
      `a key is not sent to ${url.host} over http:, where others can read it; use https:, ` +
      'or set LEFTFOLD_KEY_OVER_HTTP=on in a network that you trust'
    );
  }

  toJSON(): string {
    return 'a key';
  }

  [inspect.custom](): string {
    return 'ClientKey';
  }

  #lookAgain(path: string): void {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_AGAIN_MS) return;
    this.#lookedAt = now;
    try {
      const version = versionOf(path);
      if (version === this.#version) return;
      this.#text = keyIn(path);
      this.#version = version;
    } catch {
      // The server says whether the last one still counts.
    }
  }
}

/**
 * The key that `LEFTFOLD_KEY` or `LEFTFOLD_KEY_FILE` gives.
 *
 * @throws InvalidSetting, which does not repeat the key
 */
export function clientKeyIn(environment: Environment): ClientKey | undefined {
  const [text = '', path = ''] = [environment['LEFTFOLD_KEY'], environment['LEFTFOLD_KEY_FILE']];
  const overPlainHttp = keysOverHttpIn(environment);
  if (text !== '' && path !== '')
    throw new InvalidSetting('LEFTFOLD_KEY_FILE', 'must not be set beside LEFTFOLD_KEY; set one of them');
  const options = { overPlainHttp };
  try {
    if (text !== '') return ClientKey.of(text, options);
    return path === '' ? undefined : ClientKey.inFile(path, options);
  } catch (error) {
    throw new InvalidSetting(text === '' ? 'LEFTFOLD_KEY_FILE' : 'LEFTFOLD_KEY', (error as Error).message);
  }
}

/** Whether keys may be sent over `http:` to another machine. @throws InvalidSetting */
export function keysOverHttpIn(environment: Environment): boolean {
  const text = environment['LEFTFOLD_KEY_OVER_HTTP'] ?? '';
  if (['', 'on', 'off'].includes(text)) return text === 'on';
  throw new InvalidSetting('LEFTFOLD_KEY_OVER_HTTP', `must be on or off (it is ${JSON.stringify(text)})`);
}

function keyIn(path: string): string {
  return checked(readFileSync(path, 'utf8').trim());
}

function versionOf(path: string): string {
  const { mtimeNs, ctimeNs, size, ino } = statSync(path, { bigint: true });
  return [mtimeNs, ctimeNs, size, ino].join(' ');
}

/** @throws RangeError */
function checked(text: string): string {
  if (text.length <= MAX_LENGTH && BEARER_TOKEN.test(text)) return text;
  throw new RangeError(
    'must be a key, as leftfold keys create prints it, or a token: letters, digits and . _ ~ + / - alone',
  );
}
