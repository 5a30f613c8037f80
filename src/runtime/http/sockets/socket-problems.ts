/** Requests that open no WebSocket. */
import { Problem } from '../kernel/problem.js';

export class UpgradeRequired extends Problem {
  /** @param more what is spoken there, as a sentence */
  constructor(more: string) {
    const detail = `Here is a WebSocket: open it with an upgrade, as new WebSocket(…) does. ${more}`;
    super('upgrade-required', 'upgrade-required', 'A WebSocket is needed', detail, {
      headers: { upgrade: 'websocket', connection: 'Upgrade' },
    });
  }
}

export class TooManyConnections extends Problem {
  constructor(most: number) {
    const detail = `There are ${most} connections already, which is all that this server takes.`;
    super('unavailable', 'too-many-connections', 'There are too many connections', detail, { retryAfter: 5 });
  }
}
