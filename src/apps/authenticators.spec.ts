import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ISSUER, AUDIENCE } from '../../test/support/token-issuer.js';
import { TemporaryFolder } from '../../test/support/server.js';
import { keyText, newApiKey } from '../runtime/access/keys/api-key.js';
import { changeKeyFile } from '../runtime/access/keys/change-key-file.js';
import { storedKeyOf, type KeyDescription } from '../runtime/access/keys/key-file.js';
import { authenticatorsOf, hasCredentials } from './authenticators.js';
import { InvalidSetting, readSettings, type Environment, type Settings } from './settings.js';

const JWT = {
  LEFTFOLD_JWT_ISSUER: ISSUER,
  LEFTFOLD_JWT_AUDIENCE: AUDIENCE,
  LEFTFOLD_JWT_JWKS: 'https://login.example.com/jwks.json',
};

describe('the settings of who may ask', () => {
  const folder = new TemporaryFolder();
  let files = 0;
  let path: string;

  beforeEach(() => {
    files += 1;
    path = join(folder.path, `${files}.json`);
  });

  afterAll(() => {
    folder.remove();
  });

  const settings = (environment: Environment = {}): Settings =>
    readSettings({ LEFTFOLD_KEYS: path, ...environment });

  const make = (more: Partial<KeyDescription> & { readonly revoked?: string } = {}): string => {
    const { revoked, ...description } = more;
    const key = newApiKey();
    const stored = storedKeyOf(key, { name: 'a', scopes: ['log'], created: new Date(), ...description });
    changeKeyFile(path, (keys) => [...keys, { ...stored, ...(revoked !== undefined && { revoked }) }]);
    return keyText(key);
  };

  const damage = (): void => {
    writeFileSync(path, '{', { mode: 0o600 });
  };
  const open = (): void => {
    make();
    chmodSync(path, 0o604);
  };

  it.each<[string, Environment, string, readonly string[]]>([
    ['everything on a loopback address', {}, '127.0.0.1', ['admin']],
    ['nothing on another address', {}, '0.0.0.0', []],
    ['what LEFTFOLD_ANONYMOUS names, on any', { LEFTFOLD_ANONYMOUS: 'query:*' }, '0.0.0.0', ['query:*']],
    ['what LEFTFOLD_ANONYMOUS names, on any', { LEFTFOLD_ANONYMOUS: 'none' }, '127.0.0.1', []],
  ])('let those who name nobody do %s', (_, environment, host, texts) => {
    expect(authenticatorsOf({ ...settings(environment), host }).anonymous.texts).toEqual(texts);
  });

  it('have the keys of the file, and JWTs if there is an issuer', () => {
    const key = make();
    const [keys, ...others] = authenticatorsOf(settings()).authenticators;
    expect(keys?.authenticate(key)).toMatchObject({ id: 'key:a' });
    expect(others).toEqual([]);
    expect(authenticatorsOf(settings(JWT)).authenticators).toHaveLength(2);
  });

  it('are credentials with a key that counts, or with an issuer of JWTs', () => {
    expect(hasCredentials(settings())).toBe(false);
    expect(hasCredentials(settings(JWT))).toBe(true);
    make({ expires: new Date(Date.now() - 1) });
    make({ revoked: new Date().toISOString() });
    expect(hasCredentials(settings())).toBe(false);
    make({ expires: new Date(Date.now() + 60_000) });
    expect(hasCredentials(settings())).toBe(true);
  });

  it.each<[string, () => void, string]>([
    ['is damaged', damage, 'is damaged: it is no JSON'],
    ['may be opened by others', open, 'run chmod 600 '],
  ])('stop the start when the key file %s', (_, spoil, why) => {
    spoil();
    for (const use of [() => authenticatorsOf(settings()), () => hasCredentials(settings(JWT))]) {
      expect(use).toThrow(InvalidSetting);
      expect(use).toThrow(/^LEFTFOLD_KEYS: /);
      expect(use).toThrow(why);
    }
  });
});
