/** Log servers in another process, any number of them, for specs of remote stores. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

interface Answer {
  readonly nth: number;
  readonly url?: string;
  readonly error?: string;
}

export class LogServers {
  #child: ChildProcess | undefined;
  #count = 0;

  /** A log that is new and empty. @returns where it is served */
  async open(): Promise<string> {
    const child = await this.#started();
    this.#count += 1;
    const nth = this.#count;
    return new Promise((resolve, reject) => {
      const take = (answer: Answer): void => {
        if (answer.nth !== nth) return;
        child.off('message', take);
        if (answer.url === undefined) reject(new Error(answer.error));
        else resolve(answer.url);
      };
      child.on('message', take);
      child.send(nth);
    });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  }

  async #started(): Promise<ChildProcess> {
    if (this.#child !== undefined) return this.#child;
    this.#child = fork(join(import.meta.dirname, 'serve-logs.mjs'), { execArgv: [] });
    const failed = once(this.#child, 'exit').then(() => {
      throw new Error('the process of the log servers has ended');
    });
    await Promise.race([once(this.#child, 'message'), failed]);
    failed.catch(() => undefined);
    return this.#child;
  }
}
