import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasOpenssl, makeCertificate, type Certificate } from '../../test/support/certificates.js';
import { TlsCertificate } from './tls-certificate.js';

const describeWithOpenssl = hasOpenssl() ? describe : describe.skip;

describeWithOpenssl('the files of a certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leftfold-test-'));
  const nothing = join(folder, 'nothing.pem');
  const locked = join(folder, 'locked.key');
  let first: Certificate;

  beforeAll(() => {
    first = makeCertificate(folder, 'first');
    makeCertificate(folder, 'second');
    writeFileSync(nothing, 'nothing');
    execFileSync(
      'openssl',
      ['ec', '-aes256', '-passout', 'pass:word', '-in', first.keyPath, '-out', locked],
      {
        stdio: 'ignore',
      },
    );
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('are served with TLS 1.2 at least', () => {
    const { options } = TlsCertificate.read({ cert: first.path, key: first.keyPath });
    expect(options).toEqual({ cert: first.cert, key: first.key, minVersion: 'TLSv1.2' });
  });

  it.each([
    ['LEFTFOLD_TLS_CERT: there is no {folder}/none.pem; name one that exists', 'none.pem', 'first.key'],
    ['LEFTFOLD_TLS_KEY: there is no {folder}/none.key; name one that exists', 'first.pem', 'none.key'],
    ['LEFTFOLD_TLS_KEY: {folder} is a folder; name a file', 'first.pem', ''],
    ['LEFTFOLD_TLS_CERT: {folder}/nothing.pem is no certificate in PEM', 'nothing.pem', 'first.key'],
    ['LEFTFOLD_TLS_CERT: {folder}/first.key is no certificate in PEM', 'first.key', 'first.key'],
    [
      'LEFTFOLD_TLS_KEY: {folder}/nothing.pem is no private key in PEM without a passphrase',
      'first.pem',
      'nothing.pem',
    ],
    [
      'LEFTFOLD_TLS_KEY: {folder}/locked.key is no private key in PEM without a passphrase',
      'first.pem',
      'locked.key',
    ],
    [
      'LEFTFOLD_TLS_KEY: the key in {folder}/second.key does not belong to the certificate in {folder}/first.pem',
      'first.pem',
      'second.key',
    ],
  ])('are refused in a sentence: %s', (sentence, cert, key) => {
    const paths = { cert: join(folder, cert), key: join(folder, key) };
    expect(() => TlsCertificate.read(paths)).toThrow(sentence.replaceAll('{folder}', folder));
  });
});
