/** A file of API keys, made for a test. */
import { writeFileSync } from 'node:fs';
import { hashSecret, keyText, newApiKey } from '../../src/runtime/access/keys/api-key.js';
import { formatKeyFile } from '../../src/runtime/access/keys/key-file.js';

export interface GivenKey {
  readonly scopes: readonly string[];
  readonly expires?: string;
  readonly revoked?: string;
}

/** Each key is named as its member. @returns the text of each */
export function writeKeys<Name extends string>(
  path: string,
  given: Readonly<Record<Name, GivenKey>>,
): Record<Name, string> {
  const made = (Object.entries(given) as [Name, GivenKey][]).map(([name, key]) => ({
    name,
    key,
    api: newApiKey(),
  }));
  const stored = made.map(({ name, key, api: { id, secret } }) => ({
    id,
    name,
    sha256: hashSecret(secret).toString('hex'),
    created: '2026-01-01T00:00:00.000Z',
    ...key,
    scopes: [...key.scopes],
  }));
  writeFileSync(path, formatKeyFile(stored), { mode: 0o600 });
  return Object.fromEntries(made.map(({ name, api }) => [name, keyText(api)])) as Record<Name, string>;
}
