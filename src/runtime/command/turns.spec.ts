import { setTimeout as pause } from 'node:timers/promises';
import { tag, type Query } from '../event-log/event.js';
import { CommandContended, Turns } from './turns.js';

const about = (...subjects: readonly string[]): Query => subjects.map((each) => ({ tags: [tag(each)] }));

describe('commands that take turns', () => {
  let turns: Turns;
  let order: string[];

  beforeEach(() => {
    turns = new Turns();
    order = [];
  });

  const work = (name: string, query: Query): Promise<void> =>
    turns.take(query, async () => {
      order.push(`${name} begins`);
      await pause(2);
      order.push(`${name} ends`);
    });

  it('are carried out one after the other about one subject, in order', async () => {
    await Promise.all([work('a', about('x')), work('b', about('x')), work('c', about('x'))]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('do not wait for those about another subject', async () => {
    await Promise.all([work('a', about('x')), work('b', about('y'))]);
    expect(order.slice(0, 2)).toEqual(['a begins', 'b begins']);
  });

  it('know one subject by its tags, whatever types a decision looks at', async () => {
    await Promise.all([
      work('a', [{ types: ['a'], tags: [tag('x'), tag('y')] }]),
      work('b', [{ types: ['b'], tags: [tag('y'), tag('x')] }]),
    ]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('never wait for each other, in whatever order they name several subjects', async () => {
    await Promise.all([
      work('a', about('x', 'y')),
      work('b', about('y', 'x')),
      work('c', about('y', 'y')),
      work('d', about('x')),
    ]);
    expect(order.filter((each) => each.endsWith('ends'))).toHaveLength(4);
    expect(order.slice(0, 4)).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('go on after one that fails', async () => {
    const failing = turns.take(about('x'), () => Promise.reject(new Error('no')));
    const next = work('b', about('x'));
    await expect(failing).rejects.toThrow('no');
    await next;
    expect(order).toEqual(['b begins', 'b ends']);
  });

  it('are refused when a thousand wait, and leave nothing behind', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const accepted = Array.from({ length: 1_000 }, () => turns.take(about('x'), () => held));
    await expect(work('late', about('x'))).rejects.toBeInstanceOf(CommandContended);
    await work('other', about('y'));
    release();
    await Promise.all(accepted);
    expect(turns.size).toBe(0);
  });
});
