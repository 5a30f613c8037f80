/** Knows the API keys of a key file, which it looks at again when it has changed. */
import { Logger } from '@nestjs/common';
import { timingSafeEqual } from 'node:crypto';
import { CredentialsNotCheckable, InvalidCredentials } from '../access-problems.js';
import type { Authenticator, Principal } from '../principal.js';
import { GrantedScopes } from '../scopes.js';
import { KEY_PREFIX, hashSecret, parseKeyText } from './api-key.js';
import { KeyFileUnusable, keyFileVersion, readKeyFile, stateOf, type StoredKey } from './key-file.js';

/** How long a change of the file may go unnoticed. */
const LOOK_AGAIN_MS = 1_000;

const RETRY_AFTER_SECONDS = 5;

/** Compared with where there is no key of an id, so that the time of an answer does not tell which ids there are. */
const NO_HASH = Buffer.alloc(32);

export interface KeyAuthenticatorOptions {
  /** Of the key file. It need not exist yet: until then, no key counts. */
  readonly path: string;
  /** Told in a sentence, once, when the file cannot be used any more. Default: an error in Nest's log. */
  readonly onTrouble?: (sentence: string) => void;
  /** Milliseconds since 1970. Default: Date.now. */
  readonly now?: () => number;
  /** Monotonic time in milliseconds. Default: performance.now. */
  readonly elapsed?: () => number;
}

interface KnownKey {
  readonly stored: StoredKey;
  readonly hash: Buffer;
  readonly principal: Principal;
}

/**
 * A key that is made or revoked is noticed within a second. While the file is gone or damaged, no key counts: whether one has been
 * revoked is not known then.
 */
export class KeyAuthenticator implements Authenticator {
  readonly #path: string;
  readonly #onTrouble: (sentence: string) => void;
  readonly #now: () => number;
  readonly #elapsed: () => number;
  #keys: ReadonlyMap<string, KnownKey> = new Map();
  #version: string | undefined;
  #lookedAt: number;
  /** Why the file cannot be used. */
  #trouble: string | undefined;

  /** @throws KeyFileUnusable when there is a file that cannot be used */
  constructor({
    path,
    onTrouble = (sentence) => {
      new Logger('Access').error(sentence);
    },
    now = Date.now,
    elapsed = () => performance.now(),
  }: KeyAuthenticatorOptions) {
    this.#path = path;
    this.#onTrouble = onTrouble;
    this.#now = now;
    this.#elapsed = elapsed;
    this.#lookedAt = elapsed();
    this.#read();
  }

  /** @throws InvalidCredentials; CredentialsNotCheckable while the file cannot be used */
  authenticate(token: string): Principal | undefined {
    if (!token.startsWith(KEY_PREFIX)) return undefined;
    const sent = parseKeyText(token);
    if (sent === undefined) throw new InvalidCredentials('This is not the text of a key.');
    this.#lookAgain();
    if (this.#trouble !== undefined)
      throw new CredentialsNotCheckable(
        'The server cannot read its keys; its log says why.',
        RETRY_AFTER_SECONDS,
      );
    const known = this.#keys.get(sent.id);
    const isSame = timingSafeEqual(hashSecret(sent.secret), known?.hash ?? NO_HASH);
    if (known === undefined || !isSame) throw new InvalidCredentials('The key is not known.');
    const state = stateOf(known.stored, this.#now());
    if (state === 'valid') return known.principal;
    throw new InvalidCredentials(state === 'revoked' ? 'The key has been revoked.' : 'The key has expired.');
  }

  #lookAgain(): void {
    const now = this.#elapsed();
    if (now - this.#lookedAt < LOOK_AGAIN_MS) return;
    this.#lookedAt = now;
    try {
      if (this.#trouble === undefined && keyFileVersion(this.#path) === this.#version) return;
      this.#read();
      this.#trouble = undefined;
    } catch (error) {
      const sentence = (error as Error).message;
      if (sentence !== this.#trouble) this.#onTrouble(`${sentence}. Until then no key counts.`);
      this.#trouble = sentence;
    }
  }

  /** @throws KeyFileUnusable, also when there is none any more */
  #read(): void {
    const read = readKeyFile(this.#path);
    if (read === undefined && this.#version !== undefined)
      throw new KeyFileUnusable(`the key file ${this.#path} is gone; restore it`);
    this.#keys = new Map(read?.keys.map((stored) => [stored.id, knownKey(stored)]));
    this.#version = read?.version;
  }
}

function knownKey(stored: StoredKey): KnownKey {
  const principal = { id: `key:${stored.name}`, scopes: new GrantedScopes(stored.scopes) };
  return { stored, hash: Buffer.from(stored.sha256, 'hex'), principal };
}
