/** Certificates for tests, made with the program `openssl`; and requests that trust them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';

export interface Certificate {
  /** In PEM, and where it is: for NODE_EXTRA_CA_CERTS. */
  readonly path: string;
  readonly keyPath: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Says so where there is none, so that a spec is skipped. */
export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    // eslint-disable-next-line no-console -- a skipped spec says so
    console.warn('skipped: there is no openssl to make a certificate with');
    return false;
  }
}

/**
 * For 127.0.0.1 and localhost.
 *
 * @param authority signs it; default: itself
 */
export function makeCertificate(folder: string, name: string, authority?: Certificate): Certificate {
  const [path, keyPath] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-days', '2', '-subj', `/CN=${name}`];
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const signed = authority === undefined ? [] : ['-CA', authority.path, '-CAkey', authority.keyPath];
  execFileSync('openssl', [...words, ...subject, ...names, ...signed, '-keyout', keyPath, '-out', path], {
    stdio: 'ignore',
  });
  return { path, keyPath, cert: readFileSync(path), key: readFileSync(keyPath) };
}

export interface SecureAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The common name of the certificate that the server showed. */
  readonly certificate: string;
  /** As in `TLSv1.3`. */
  readonly protocol: string | null;
}

/** Sends a request over a connection of its own. */
export function secureRequest(
  url: string,
  { body, ...options }: RequestOptions & { readonly body?: string },
): Promise<SecureAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, ...options }, (response) => {
      if (!(response.socket instanceof TLSSocket)) throw new Error('it was answered without TLS');
      const certificate = String(response.socket.getPeerCertificate().subject.CN);
      const protocol = response.socket.getProtocol();
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks).toString(), certificate, protocol });
      });
    });
    sent.once('error', reject).end(body);
  });
}
