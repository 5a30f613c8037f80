/** The text of an API key, `lf_<id>_<secret>`, and what is kept of it: a hash of the secret. */
import { createHash, randomBytes, randomInt } from 'node:crypto';

/** What every key begins with, so that it is told from a token, and found by scanners of repositories. */
export const KEY_PREFIX = 'lf_';

/** Of a key, as `leftfold keys list` shows it. */
export const KEY_ID = /^[a-z0-9]{12}$/;

/** Of who or what uses a key: the principal is `key:<name>`. */
export const KEY_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

const ID_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 12;
const SECRET_BYTES = 32;
const KEY_TEXT = /^lf_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;

export interface ApiKey {
  readonly id: string;
  /** 43 characters of base64url. */
  readonly secret: string;
}

export function newApiKey(): ApiKey {
  const characters = Array.from({ length: ID_LENGTH }, () => ID_CHARACTERS.charAt(randomInt(36)));
  return { id: characters.join(''), secret: randomBytes(SECRET_BYTES).toString('base64url') };
}

export function keyText({ id, secret }: ApiKey): string {
  return `${KEY_PREFIX}${id}_${secret}`;
}

/** Undefined: it is not the text of a key. */
export function parseKeyText(text: string): ApiKey | undefined {
  const [, id, secret] = KEY_TEXT.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** SHA-256: a secret of 256 random bits cannot be guessed, so a slow hash would only cost time. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
