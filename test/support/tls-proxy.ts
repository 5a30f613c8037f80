/** A proxy that speaks TLS with a certificate of its own and passes everything on to a server without. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';

export interface Certificate {
  /** In PEM, and where it is: for NODE_EXTRA_CA_CERTS. */
  readonly path: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Signed by itself, for 127.0.0.1. Needs the program `openssl`. */
export function selfSigned(folder: string, name: string): Certificate {
  const [path, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-days', '2', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', [...words, ...subject, '-keyout', key, '-out', path], { stdio: 'ignore' });
  return { path, cert: readFileSync(path), key: readFileSync(key) };
}

export class TlsProxy {
  private constructor(private readonly server: Server) {}

  static async to(target: string, { cert, key }: Certificate): Promise<TlsProxy> {
    const { hostname, port } = new URL(target);
    const server = createServer({ cert, key }, (socket) => {
      const passed = connect({ host: hostname, port: Number(port) });
      for (const each of [socket, passed]) each.on('error', () => undefined);
      socket.pipe(passed).pipe(socket);
      socket.on('close', () => passed.destroy());
      passed.on('close', () => socket.destroy());
    });
    // A client that does not trust the certificate ends the handshake.
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TlsProxy(server);
  }

  get url(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
  }
}
