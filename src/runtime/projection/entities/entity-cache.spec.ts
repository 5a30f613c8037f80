import { START, position } from '../../event-log/event.js';
import type { StoredEntity } from './entity.js';
import { EntityCache } from './entity-cache.js';

describe('the cache of entities', () => {
  const entity = (key: string, at = 1, bytes = 600): StoredEntity => ({
    key,
    state: { value: 'open', context: {} },
    position: at === 0 ? START : position(at),
    changes: 1,
    view: '{}',
    digest: 0n,
    bytes,
  });

  /** Room for ten, five in each generation. */
  const cacheOfTen = (): EntityCache<unknown> => new EntityCache(10_000);

  it('has the last version of an entity', () => {
    const cache = cacheOfTen();
    cache.set(entity('a', 1));
    cache.set(entity('a', 2));
    expect(cache.get('a')?.position).toBe(2);
    for (const key of 'bcdefgh') cache.set(entity(key));
    cache.set(entity('a', 3)); // the older generation still has the second
    expect(cache.get('a')?.position).toBe(3);
  });

  it('keeps what is used, and drops what is not', () => {
    const cache = cacheOfTen();
    cache.set(entity('used'));
    cache.set(entity('unused'));
    for (let number = 0; number < 100; number += 1) {
      cache.set(entity(`k${number}`));
      expect(cache.get('used')).toBeDefined();
    }
    expect(cache.get('unused')).toBeUndefined();
  });

  it('stays within its bound', () => {
    const cache = cacheOfTen();
    for (let number = 0; number < 100; number += 1) cache.set(entity(`k${number}`));
    const kept = Array.from({ length: 100 }, (_, number) => `k${99 - number}`).filter(
      (key) => cache.get(key) !== undefined,
    );
    expect(kept.length).toBeGreaterThan(4);
    expect(kept.length).toBeLessThanOrEqual(11);
    cache.set(entity('large', 1, 1_000_000));
    cache.set(entity('next', 1, 1_000_000));
    expect(cache.get('large')).toBeUndefined();
  });

  it('counts a changed entity once', () => {
    const cache = cacheOfTen();
    cache.set(entity('other'));
    for (let at = 0; at < 100; at += 1) cache.set(entity('a', at));
    expect(cache.get('other')).toBeDefined();
  });

  it('has nothing of what was deleted, in either generation', () => {
    const cache = cacheOfTen();
    cache.set(entity('a', 1));
    for (const key of 'bcdef') cache.set(entity(key));
    cache.set(entity('a', 2));
    cache.delete('a');
    expect(cache.get('a')).toBeUndefined();
    for (let number = 0; number < 3; number += 1) cache.delete('nothing');
    for (const key of 'ghij') cache.set(entity(key));
    expect(cache.get('j')).toBeDefined();
  });
});
