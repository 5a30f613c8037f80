/** A terminal for commands that are run within a test, with a clock that the test moves. */
import { PassThrough, Readable, Writable } from 'node:stream';
import type { Terminal } from '../../src/cli/terminal.js';

class Screen extends Writable {
  text = '';

  constructor(
    readonly isTTY: boolean,
    readonly columns: number,
  ) {
    super({
      write: (chunk: Buffer, _encoding, done) => {
        this.text += chunk.toString();
        done();
      },
    });
  }
}

export class TestTerminal implements Terminal {
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin = Readable.from([]);
  readonly stdout = new PassThrough();
  readonly stderr: Screen;
  readonly interrupted = new AbortController().signal;
  milliseconds = 1000;

  constructor({ environment = {}, isTTY = false, columns = 80 } = {}) {
    this.environment = environment;
    this.stderr = new Screen(isTTY, columns);
  }

  readonly contexts = (): Promise<readonly unknown[]> => Promise.resolve([]);

  readonly now = (): number => this.milliseconds;
}
