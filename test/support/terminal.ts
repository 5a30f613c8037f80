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
  readonly environment = {};
  readonly stdin = Readable.from([]);
  readonly stdout: Writable;
  readonly stderr: Screen;
  readonly interrupting = new AbortController();
  milliseconds = 1000;

  constructor({ isTTY = false, columns = 80, stdout = new PassThrough() as Writable } = {}) {
    this.stdout = stdout;
    this.stderr = new Screen(isTTY, columns);
  }

  get interrupted(): AbortSignal {
    return this.interrupting.signal;
  }

  readonly now = (): number => this.milliseconds;
}
