/** The file of API keys: JSON that only its owner may open. It has a hash of each key, never a key. */
import { closeSync, fstatSync, openSync, readFileSync, statSync, type BigIntStats } from 'node:fs';
import { z } from 'zod';
import { fileErrorText } from '../../file-error-text.js';
import { scopeFault } from '../scopes.js';
import { KEY_ID, KEY_NAME, hashSecret, type ApiKey } from './api-key.js';

/** The file is read as a whole. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** The bits of a mode that let others than the owner in. */
const OTHERS = 0o077n;

const storedKey = z.strictObject({
  id: z.string().regex(KEY_ID),
  name: z.string().regex(KEY_NAME),
  /** Of the secret, in hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(z.string().refine((text) => scopeFault(text) === undefined, 'is no scope')).min(1),
  created: z.iso.datetime(),
  /** From then on it does not count. */
  expires: z.iso.datetime().exactOptional(),
  revoked: z.iso.datetime().exactOptional(),
});

const keyFile = z.strictObject({
  version: z.literal(1),
  keys: z
    .array(storedKey)
    .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'has an id twice'),
});

/** A key as it is kept. */
export type StoredKey = z.output<typeof storedKey>;

export type KeyState = 'valid' | 'expired' | 'revoked';

/** The key file cannot be used. The message is a sentence that says why, and what to do. */
export class KeyFileUnusable extends Error {
  override readonly name = 'KeyFileUnusable';
}

export interface ReadKeyFile {
  readonly keys: readonly StoredKey[];
  /** Differs once the file has changed. */
  readonly version: string;
}

/**
 * Undefined: there is no such file.
 *
 * @throws KeyFileUnusable when it cannot be read, is damaged, or others than its owner may open it
 */
export function readKeyFile(path: string): ReadKeyFile | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const stats = fstatSync(file, { bigint: true });
    requireUsable(path, stats);
    return { keys: parsedKeys(path, readFileSync(file, 'utf8')), version: versionOf(stats) };
  } catch (error) {
    if (error instanceof KeyFileUnusable) throw error;
    // Below a file there is none either; a data folder that is a file is told of as such.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new KeyFileUnusable(
      `the key file ${path} cannot be read: ${fileErrorText(error, path) ?? (error as Error).message}`,
      { cause: error },
    );
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Of the file as it is now, without reading it. Undefined: there is none. @throws Error of the file system */
export function keyFileVersion(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : versionOf(stats);
}

export interface KeyDescription {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly created: Date;
  /** Undefined: never. */
  readonly expires?: Date | undefined;
}

/** What is kept of a new key. */
export function storedKeyOf(
  { id, secret }: ApiKey,
  { name, scopes, created, expires }: KeyDescription,
): StoredKey {
  return {
    id,
    name,
    sha256: hashSecret(secret).toString('hex'),
    scopes: [...scopes],
    created: created.toISOString(),
    ...(expires !== undefined && { expires: expires.toISOString() }),
  };
}

/** @param at milliseconds since 1970 */
export function stateOf({ expires, revoked }: StoredKey, at: number): KeyState {
  if (revoked !== undefined) return 'revoked';
  return expires !== undefined && Date.parse(expires) <= at ? 'expired' : 'valid';
}

export function formatKeyFile(keys: readonly StoredKey[]): string {
  return `${JSON.stringify({ version: 1, keys }, null, 2)}\n`;
}

/** The time of the inode's change as well: `chmod` changes no other. */
function versionOf({ mtimeNs, ctimeNs, size, ino, dev }: BigIntStats): string {
  return [mtimeNs, ctimeNs, size, ino, dev].join(' ');
}

function requireUsable(path: string, stats: BigIntStats): void {
  if (!stats.isFile()) throw new KeyFileUnusable(`the key file ${path} is no file; name a file`);
  // Windows has no such modes.
  if (process.platform !== 'win32' && (stats.mode & OTHERS) !== 0n) {
    const mode = (stats.mode & 0o777n).toString(8);
    throw new KeyFileUnusable(
      `others than its owner may open the key file ${path} (its mode is ${mode}); run chmod 600 ${path}`,
    );
  }
  if (stats.size > MAX_FILE_BYTES)
    throw new KeyFileUnusable(
      `the key file ${path} has more than ${MAX_FILE_BYTES} bytes; it is no key file`,
    );
}

function parsedKeys(path: string, text: string): readonly StoredKey[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new KeyFileUnusable(
      `the key file ${path} is damaged: it is no JSON; restore it, or remove it and make new keys`,
    );
  }
  const parsed = keyFile.safeParse(value);
  if (parsed.success) return parsed.data.keys;
  // What is at fault is named, and not shown.
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new KeyFileUnusable(
    `the key file ${path} is damaged${where === '' ? '' : ` at ${where}`}; restore it, or remove it and make new keys`,
  );
}
