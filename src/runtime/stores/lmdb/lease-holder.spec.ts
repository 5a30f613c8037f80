/** The holder of the writer lease: whether its process still runs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isAlive, thisProcess } from './lease-holder.js';

describe('the holder of a writer lease', () => {
  it('is this process while it runs', () => {
    expect(thisProcess().processId).toBe(process.pid);
  });

  it('is described the same way each time', () => {
    expect(thisProcess()).toEqual(thisProcess());
  });

  it('is alive while it runs', () => {
    expect(isAlive(thisProcess())).toBe(true);
  });

  it('is not alive once its process has ended', async () => {
    const child = spawn(process.execPath, ['--eval', '']);
    const processId = child.pid ?? 0;
    await once(child, 'close');
    expect(isAlive({ processId, started: thisProcess().started })).toBe(false);
  });

  it('is not alive when another process was given its id', () => {
    expect(isAlive({ processId: process.pid, started: 'another boot/1' })).toBe(false);
  });
});
