/** A refused request: what it is answered with, and that it changed nothing, neither in the log nor on the disk. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { positionIn, problemOf, wholeLog, type FaultJson } from './api.js';
import type { Server } from './server.js';

export interface Refusal {
  readonly status: number;
  /** The last part of the problem's type. */
  readonly problem: string;
  /** Where the fault is. */
  readonly at: Omit<FaultJson, 'detail'>;
  /** What the detail says would be right. */
  readonly says: RegExp;
}

export type Send = () => Promise<Response>;

/** For a server that is watched: its lease, whose renewal changes the file, is not due within a test. */
export const WATCHABLE = { LEFTFOLD_LEASE_SECONDS: '3600' };

/** A server with a durable log in this folder, watched for changes. */
export class Watched {
  constructor(
    readonly server: Server,
    private readonly folder: string,
  ) {}

  /** Sends it, and expects it to be refused as said, without a trace, and the next good request to work. */
  async refuses(send: Send, { status, problem, at, says }: Refusal): Promise<void> {
    const before = await this.#content();

    const response = await send();

    const refused = await problemOf(response.clone(), status);
    const { errors = [] } = refused;
    expect({
      type: refused.type,
      at: errors.map(({ pointer, parameter, header }) => JSON.stringify({ pointer, parameter, header }))[0],
    }).toEqual({ type: `urn:leftfold:problem:${problem}`, at: JSON.stringify(atInOrder(at)) });
    expect(errors[0]?.detail).toMatch(says);
    expect(refused.detail).toMatch(says);
    expect(refused.title).toMatch(/./);
    expect(await this.#content()).toEqual(before);
    expect(positionIn(response)).toBe(before.log.split('\n').length - 1);
  }

  /** The log as it is served, and the file as it is. */
  async #content(): Promise<{ readonly log: string; readonly sha256: string }> {
    const bytes = readFileSync(join(this.folder, 'log', 'data.mdb'));
    return {
      log: await wholeLog(this.server),
      sha256: createHash('sha256').update(bytes).digest('hex'),
    };
  }
}

function atInOrder({ pointer, parameter, header }: Refusal['at']): Refusal['at'] {
  return {
    ...(pointer !== undefined && { pointer }),
    ...(parameter !== undefined && { parameter }),
    ...(header !== undefined && { header }),
  };
}
