/** Upgrades of one path go to one listener, whatever else listens on the server. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

type OnUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Others do not see them, also those that listen later: a gateway of Nest's `WsAdapter` cuts each connection whose upgrade is not its own, and an
 * emitter has no way to stop an event.
 */
export function takeUpgrades(
  server: Server,
  isOwn: (request: IncomingMessage) => boolean,
  accept: OnUpgrade,
): void {
  const emit = server.emit.bind(server) as (name: string | symbol, ...given: unknown[]) => boolean;
  server.emit = (name: string | symbol, ...given: unknown[]): boolean => {
    if (name !== 'upgrade') return emit(name, ...given);
    const [request, socket, head] = given as Parameters<OnUpgrade>;
    if (!isOwn(request)) return emit(name, ...given);
    socket.on('error', () => undefined);
    accept(request, socket, head);
    return true;
  };
}
