/** The certificate that an app serves TLS with. It is read again when its files change, so that a renewal needs no restart. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { LoggerService } from '@nestjs/common';
import { fileErrorText } from '../runtime/file-error-text.js';
import { InvalidSetting } from '../runtime/invalid-setting.js';
import type { TlsPaths } from './network-settings.js';

/** Files are compared rather than watched: a renewal may replace a link to them, or a folder above. */
const CHECK_INTERVAL_MS = 5_000;

const LOGGED_AS = 'TLS';

interface Pair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export class TlsCertificate {
  #served: Pair;
  #server: Server | undefined;
  /** The last pair that could not be served, so that it is logged once. */
  #refused: string | undefined;

  private constructor(private readonly paths: TlsPaths) {
    this.#served = readPair(paths);
  }

  /** @throws InvalidSetting when a file cannot be read, or the two do not fit together */
  static read(paths: TlsPaths): TlsCertificate {
    return new TlsCertificate(paths);
  }

  /** TLS 1.2 is the oldest version that RFC 8996 and RFC 9325 leave. */
  get options(): SecureContextOptions {
    return { ...this.#served, minVersion: 'TLSv1.2' };
  }

  /** @param server made with the options */
  renewIn(server: Server): void {
    this.#server = server;
  }

  /**
   * Reads the files again at intervals, until the server closes. Does not keep the process running.
   *
   * @returns reads them again at once
   */
  follow(logger: LoggerService): () => void {
    const { validTo } = new X509Certificate(this.#served.cert);
    if (Date.parse(validTo) < Date.now())
      logger.warn(`the certificate has expired; ${validityOf(this.#served)}`, LOGGED_AS);
    const reload = (): void => {
      this.#reload(logger);
    };
    const check = setInterval(reload, CHECK_INTERVAL_MS).unref();
    this.#server?.once('close', () => {
      clearInterval(check);
    });
    return reload;
  }

  /** Connections that are open keep the certificate that they began with. A pair that cannot be used is logged, and the old one stays. */
  #reload(logger: LoggerService): void {
    let read: Pair;
    try {
      read = readPair(this.paths);
    } catch (error) {
      const { message } = error as InvalidSetting;
      if (message !== this.#refused) logger.error(`the certificate stays as it is: ${message}`, LOGGED_AS);
      this.#refused = message;
      return;
    }
    this.#refused = undefined;
    if (read.cert.equals(this.#served.cert) && read.key.equals(this.#served.key)) return;
    this.#served = read;
    this.#server?.setSecureContext(this.options);
    logger.log(`the certificate was read again; ${validityOf(read)}`, LOGGED_AS);
  }
}

function validityOf({ cert }: Pair): string {
  const { validFrom, validTo } = new X509Certificate(cert);
  return `it is valid from ${validFrom} to ${validTo}`;
}

/** No message has any part of the key. */
function readPair({ cert: certPath, key: keyPath }: TlsPaths): Pair {
  const [cert, key] = [readFile('CERT', certPath), readFile('KEY', keyPath)];
  requireUsable('CERT', { cert }, `${certPath} is no certificate in PEM`);
  requireUsable('KEY', { key }, `${keyPath} is no private key in PEM without a passphrase`);
  requireUsable(
    'KEY',
    { cert, key },
    `the key in ${keyPath} does not belong to the certificate in ${certPath}`,
  );
  return { cert, key };
}

function readFile(half: 'CERT' | 'KEY', path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InvalidSetting(`LEFTFOLD_TLS_${half}`, fileErrorText(error, path) ?? (error as Error).message);
  }
}

function requireUsable(half: 'CERT' | 'KEY', given: SecureContextOptions, fault: string): void {
  try {
    createSecureContext(given);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // Such as a key that is too short for the security level of OpenSSL.
    const reason = /TOO_SMALL|TOO_WEAK/.test(code) ? `${fault}, or is too weak for OpenSSL` : fault;
    throw new InvalidSetting(`LEFTFOLD_TLS_${half}`, reason);
  }
}
