/** The key that this process sends: where it comes from, where it may go, and that it is never shown. */
import { jest } from '@jest/globals';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { TemporaryFolder } from '../../../test/support/server.js';
import { InvalidSetting } from '../invalid-setting.js';
import { ClientKey, clientKeyIn } from './client-key.js';

const KEY = 'lf_abcdefghijkl_cHJvYmFibHktYS1zZWNyZXQtdGhhdC1pcy1rZXB0LWhlcmU';

describe('ClientKey', () => {
  const folder = new TemporaryFolder();
  const path = join(folder.path, 'key');

  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(path, { force: true, recursive: true });
  });

  afterAll(() => {
    folder.remove();
  });

  const later = (milliseconds: number): void => {
    const now = performance.now();
    jest.spyOn(performance, 'now').mockReturnValue(now + milliseconds);
  };

  const settingError = (environment: Readonly<Record<string, string>>): string => {
    try {
      clientKeyIn(environment);
    } catch (error) {
      if (error instanceof InvalidSetting) return error.message;
      throw error;
    }
    throw new Error('it was taken');
  };

  it.each([KEY, 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln', 'a=='])('takes a key or a token: %s', (text) => {
    expect(ClientKey.of(text).authorization).toBe(`Bearer ${text}`);
  });

  it('is not shown by what prints objects', () => {
    const key = ClientKey.of(KEY);
    const secret = KEY.slice(16);
    for (const text of [inspect({ key }), inspect(key, { showHidden: true }), JSON.stringify({ key })])
      expect(text).not.toContain(secret);
  });

  it('is sent over TLS and within the machine', () => {
    const key = ClientKey.of(KEY);
    const urls = [
      'https://log.example.com',
      'http://127.0.0.1:3000',
      'http://localhost',
      'http://[::1]:3000',
    ];
    for (const url of urls) expect(key.faultOf(new URL(url))).toBeUndefined();
    for (const url of [
      'http://log.example.com',
      'http://10.0.0.1',
      'http://localhost.example.com',
      'http://[::2]',
    ])
      expect(key.faultOf(new URL(url))).toContain('use https:, or set LEFTFOLD_KEY_OVER_HTTP=on');
  });

  it('is read from its file again when that has changed, within a second', () => {
    writeFileSync(path, `${KEY}\n`);
    const key = ClientKey.inFile(path);
    writeFileSync(path, 'another\n');
    expect(key.authorization).toBe(`Bearer ${KEY}`);
    later(1_000);
    expect(key.authorization).toBe('Bearer another');
  });

  it('stays what it was while its file cannot be read or has none', () => {
    writeFileSync(path, KEY);
    const key = ClientKey.inFile(path);
    rmSync(path);
    later(1_000);
    expect(key.authorization).toBe(`Bearer ${KEY}`);
    writeFileSync(path, 'two words');
    later(2_000);
    expect(key.authorization).toBe(`Bearer ${KEY}`);
  });

  describe('of the settings', () => {
    it('is one or the other, or none', () => {
      writeFileSync(path, `${KEY}\n`);
      expect(clientKeyIn({})).toBeUndefined();
      expect(clientKeyIn({ LEFTFOLD_KEY: '', LEFTFOLD_KEY_FILE: '' })).toBeUndefined();
      expect(clientKeyIn({ LEFTFOLD_KEY: KEY })?.authorization).toBe(`Bearer ${KEY}`);
      expect(clientKeyIn({ LEFTFOLD_KEY_FILE: path })?.authorization).toBe(`Bearer ${KEY}`);
    });

    it('goes over http: only if that is said', () => {
      const url = new URL('http://log.example.com');
      const faultWith = (value: string): string | undefined =>
        clientKeyIn({ LEFTFOLD_KEY: KEY, LEFTFOLD_KEY_OVER_HTTP: value })?.faultOf(url);
      expect(faultWith('on')).toBeUndefined();
      expect(faultWith('off')).toBeDefined();
    });

    it.each<[string, Readonly<Record<string, string>>, string]>([
      [
        'both',
        { LEFTFOLD_KEY: KEY, LEFTFOLD_KEY_FILE: path },
        'LEFTFOLD_KEY_FILE: must not be set beside LEFTFOLD_KEY',
      ],
      [
        'a text that is none',
        { LEFTFOLD_KEY: 'Bearer s3cret' },
        'LEFTFOLD_KEY: must be a key, as leftfold keys create',
      ],
      ['a long text', { LEFTFOLD_KEY: 's3cret'.repeat(10_000) }, 'LEFTFOLD_KEY: must be a key'],
      ['a file that there is not', { LEFTFOLD_KEY_FILE: path }, `LEFTFOLD_KEY_FILE: there is no ${path}`],
      [
        'a switch that is none',
        { LEFTFOLD_KEY_OVER_HTTP: 'yes' },
        'LEFTFOLD_KEY_OVER_HTTP: must be on or off',
      ],
    ])('is refused without being repeated: %s', (_, environment, message) => {
      expect(settingError(environment)).toContain(message);
      expect(settingError(environment)).not.toMatch(/s3cret|lf_/);
    });

    it.each([
      ['has several lines', 's3cret\ns3cret'],
      ['is empty', '\n'],
    ])('is refused when its file %s', (_, text) => {
      writeFileSync(path, text);
      const message = settingError({ LEFTFOLD_KEY_FILE: path });
      expect(message).toContain('LEFTFOLD_KEY_FILE: must be a key');
      expect(message).not.toContain('s3cret');
    });

    it('is refused when its file is a folder', () => {
      mkdirSync(path);
      expect(settingError({ LEFTFOLD_KEY_FILE: path })).toContain(`LEFTFOLD_KEY_FILE: ${path} is a folder`);
    });
  });
});
