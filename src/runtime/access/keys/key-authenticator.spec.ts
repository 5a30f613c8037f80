/** Which API keys count, what is answered to the others, and how soon a change of the file is noticed. */
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { CredentialsNotCheckable, InvalidCredentials } from '../access-problems.js';
import { keyText, newApiKey } from './api-key.js';
import { changeKeyFile } from './change-key-file.js';
import { KeyAuthenticator } from './key-authenticator.js';
import { KeyFileUnusable, storedKeyOf, type KeyDescription } from './key-file.js';

const created = new Date('2026-01-01T00:00:00Z');

describe('KeyAuthenticator', () => {
  const folder = new TemporaryFolder();
  let path: string;
  let files = 0;
  let later: number;
  let troubles: string[];

  beforeEach(() => {
    files += 1;
    path = join(folder.path, String(files), 'keys.json');
    later = 0;
    troubles = [];
  });

  afterAll(() => {
    folder.remove();
  });

  const open = (): KeyAuthenticator =>
    new KeyAuthenticator({
      path,
      now: () => created.getTime() + later,
      elapsed: () => later,
      onTrouble: (sentence) => troubles.push(sentence),
    });

  const make = (
    description: Partial<KeyDescription> = {},
  ): { readonly id: string; readonly text: string } => {
    const key = newApiKey();
    const stored = storedKeyOf(key, { name: 'till-1', scopes: ['query:sum'], created, ...description });
    changeKeyFile(path, (keys) => [...keys, stored]);
    return { id: key.id, text: keyText(key) };
  };

  const revoke = (id: string): void => {
    changeKeyFile(path, (keys) =>
      keys.map((key) => (key.id === id ? { ...key, revoked: created.toISOString() } : key)),
    );
  };

  const refusalOf = (authenticator: KeyAuthenticator, token: string): string => {
    try {
      authenticator.authenticate(token);
    } catch (error) {
      if (error instanceof InvalidCredentials) return error.detail;
      throw error;
    }
    throw new Error('it was taken');
  };

  it('gives the name as the principal, with the scopes of the key', () => {
    const { text } = make();
    const principal = open().authenticate(text);
    expect(principal?.id).toBe('key:till-1');
    expect(principal?.scopes.texts).toEqual(['query:sum']);
  });

  it('takes several keys of one name, each with its own scopes', () => {
    const [one, other] = [make(), make({ scopes: ['log'] })];
    const authenticator = open();
    expect(authenticator.authenticate(one.text)?.scopes.texts).toEqual(['query:sum']);
    expect(authenticator.authenticate(other.text)).toMatchObject({
      id: 'key:till-1',
      scopes: { texts: ['log'] },
    });
  });

  it.each(['a.b.c', '', 'LF_abcdefghijkl_', 'token'])('leaves %j to others', (token) => {
    expect(open().authenticate(token)).toBeUndefined();
  });

  it.each(['lf_', 'lf_abcdefghijkl', 'lf_abcdefghijkl_short', `lf_abcdefghijkl_${'x'.repeat(100_000)}`])(
    'refuses what begins as a key and is none',
    (token) => {
      expect(refusalOf(open(), token)).toContain('not the text of a key');
    },
  );

  it('answers the same to an unknown id and to a wrong secret, also of a key that is revoked or has expired', () => {
    const [good, revoked, expired] = [make(), make(), make({ expires: created })];
    revoke(revoked.id);
    const authenticator = open();
    const { secret } = newApiKey();
    const wrong = [good.id, revoked.id, expired.id, 'abcdefghijkl'].map((id) =>
      refusalOf(authenticator, keyText({ id, secret })),
    );
    expect(new Set(wrong)).toEqual(new Set([expect.stringContaining('The key is not known.')]));
  });

  it('refuses a key from its expiry on', () => {
    const { text } = make({ expires: new Date(created.getTime() + 500) });
    const authenticator = open();
    later = 499;
    expect(authenticator.authenticate(text)).toBeDefined();
    later = 500;
    expect(refusalOf(authenticator, text)).toContain('The key has expired.');
  });

  it('takes a new key and refuses a revoked one within a second', () => {
    const { id, text } = make();
    const authenticator = open();
    expect(authenticator.authenticate(text)).toBeDefined();
    revoke(id);
    const other = make();
    later = 1_000;
    expect(refusalOf(authenticator, text)).toContain('The key has been revoked.');
    expect(authenticator.authenticate(other.text)).toBeDefined();
  });

  it('knows no key before there is a file, and those in it afterwards', () => {
    const authenticator = open();
    expect(refusalOf(authenticator, keyText(newApiKey()))).toContain('The key is not known.');
    const { text } = make();
    later = 1_000;
    expect(authenticator.authenticate(text)).toBeDefined();
  });

  it.each<[string, () => void]>([
    [
      'is gone',
      () => {
        rmSync(path);
      },
    ],
    [
      'is damaged',
      () => {
        writeFileSync(path, '{"version": 1, "keys": [{}]}');
      },
    ],
    [
      'may be opened by others',
      () => {
        chmodSync(path, 0o644);
      },
    ],
  ])('takes no key while the file %s, says so once, and goes on when it is right again', (_, spoil) => {
    const { text } = make();
    const authenticator = open();
    spoil();
    for (const seconds of [1, 2, 3]) {
      later = seconds * 1_000;
      expect(() => authenticator.authenticate(text)).toThrow(CredentialsNotCheckable);
    }
    expect(troubles).toEqual([expect.stringContaining(path)]);
    rmSync(path, { force: true });
    const other = make();
    later = 4_000;
    expect(authenticator.authenticate(other.text)).toBeDefined();
    expect(refusalOf(authenticator, text)).toContain('The key is not known.');
  });

  it('is not made over a file that cannot be used', () => {
    make();
    chmodSync(path, 0o660);
    expect(open).toThrow(KeyFileUnusable);
    expect(open).toThrow(
      /^others than its owner may open the key file \S+ \(its mode is 660\); run chmod 600 /,
    );
  });

  it('has nothing of a key in what it refuses it with', () => {
    const { text } = make({ expires: created });
    const [, , secret = ''] = text.split('_');
    const authenticator = open();
    for (const token of [text, `${text}x`, keyText(newApiKey())]) {
      const error = (() => {
        try {
          return authenticator.authenticate(token);
        } catch (thrown) {
          return thrown as InvalidCredentials;
        }
      })();
      expect(error).toBeInstanceOf(InvalidCredentials);
      expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain(secret);
    }
  });
});
