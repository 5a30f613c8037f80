/** A position that can be waited for. */
import { START, position } from '../event.js';
import { WaitablePosition } from './waitable-position.js';

const never = new AbortController().signal;

describe('WaitablePosition', () => {
  it('begins at the start', () => {
    expect(new WaitablePosition().position).toBe(START);
  });

  it('stands where it was moved to', () => {
    const head = new WaitablePosition(position(3));
    head.moveTo(position(5));
    expect(head.position).toBe(5);
  });

  it('is past every position before it', async () => {
    await expect(new WaitablePosition(position(3)).passed(position(2), never)).resolves.toBeUndefined();
  });

  it('is not past the position where it stands', async () => {
    const head = new WaitablePosition(position(3));
    const order: string[] = [];
    const passed = head.passed(position(3), never).then(() => order.push('passed'));
    await Promise.resolve();
    order.push('moved');
    head.moveTo(position(4));
    await passed;
    expect(order).toEqual(['moved', 'passed']);
  });

  it('goes on being waited for when it moved, but not that far', async () => {
    const head = new WaitablePosition();
    const seen = head.passed(position(2), never).then(() => head.position);
    for (const next of [1, 2, 3]) {
      head.moveTo(position(next));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await seen).toBe(3);
  });

  it('wakes all who wait', async () => {
    const head = new WaitablePosition();
    const waiting = Promise.all([START, START, position(1)].map((each) => head.passed(each, never)));
    head.moveTo(position(2));
    expect(await waiting).toHaveLength(3);
  });

  it('rejects with the signal’s reason once it is aborted', async () => {
    const controller = new AbortController();
    const passed = new WaitablePosition().passed(START, controller.signal);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(passed).rejects.toBe(reason);
  });

  it('rejects with the signal’s reason also when it was woken before', async () => {
    const controller = new AbortController();
    const head = new WaitablePosition();
    const passed = head.passed(position(5), controller.signal);
    head.moveTo(position(1));
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(passed).rejects.toBe(reason);
  });

  it('rejects, and does not throw, when the signal was aborted before', async () => {
    const passed = new WaitablePosition().passed(START, AbortSignal.abort(new Error('enough')));
    await expect(passed).rejects.toThrow('enough');
  });
});
