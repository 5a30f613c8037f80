/** A proxy that speaks TLS with a certificate of its own and passes everything on to a server without. */
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import type { Certificate } from './certificates.js';

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
