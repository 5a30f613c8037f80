/** Showing the progress of a long command. */
import { TestTerminal } from '../../test/support/terminal.js';
import { Progress } from './progress.js';

describe('progress without a terminal', () => {
  const terminal = new TestTerminal();
  const progress = new Progress(terminal, 'verify', 'events');

  it('is not shown immediately, so that a short command prints none', () => {
    terminal.milliseconds += 4_999;
    progress.update({ fraction: 0.1, done: 100 });
    expect(terminal.stderr.text).toBe('');
  });

  it('is a line with the percentage, the count, the rate and the remaining time', () => {
    terminal.milliseconds += 5_001;
    progress.update({ fraction: 0.2, done: 1_500_000 });
    expect(terminal.stderr.text).toBe('verify: 20%, 1,500,000 events, 150,000/s, 0:40 left\n');
  });

  it('is shown again only after the interval', () => {
    progress.update({ fraction: 0.3, done: 1_500_001 });
    expect(terminal.stderr.text.split('\n')).toHaveLength(2);
  });

  it('has neither percentage nor remaining time when the total is unknown', () => {
    terminal.milliseconds += 10_000;
    progress.update({ fraction: undefined, done: 2_000_000 });
    expect(terminal.stderr.text).toMatch(/\nverify: 2,000,000 events, 100,000\/s\n$/);
  });
});

describe('progress on a terminal', () => {
  const shown = (terminal: TestTerminal, quiet = false): string => {
    const progress = new Progress(terminal, 'import', 'events', quiet);
    terminal.milliseconds += 2_000;
    progress.update({ fraction: 0.5, done: 3_000 });
    return terminal.stderr.text;
  };

  it('is a bar on one line', () => {
    expect(shown(new TestTerminal({ isTTY: true }))).toBe(
      '\rimport  [############------------]  50%  3,000 events  1,500/s  0:02 left\x1b[K',
    );
  });

  it('is no wider than the terminal', () => {
    const text = shown(new TestTerminal({ isTTY: true, columns: 20 }));
    expect(text).toBe('\rimport  [##########\x1b[K');
  });

  it('is removed at the end', () => {
    const terminal = new TestTerminal({ isTTY: true });
    const progress = new Progress(terminal, 'import', 'events');
    terminal.milliseconds += 2_000;
    progress.update({ fraction: 0.5, done: 1 });
    progress.end();
    expect(terminal.stderr.text.endsWith('left\x1b[K\r\x1b[K')).toBe(true);
  });

  it('is not shown with --quiet', () => {
    expect(shown(new TestTerminal({ isTTY: true }), true)).toBe('');
  });
});
