/** An Observable whose subscribers cannot hurt each other. */
import { Subject, map, take, toArray, firstValueFrom } from 'rxjs';
import { GuardedObservable } from './guarded-observable.js';

describe('Followed', () => {
  let source: Subject<number>;
  let unhandled: unknown[];
  let followed: GuardedObservable<number>;
  const failure = new Error('failed');

  beforeEach(() => {
    source = new Subject();
    unhandled = [];
    followed = new GuardedObservable<number>(
      (error) => unhandled.push(error),
      (subscriber) => {
        const subscription = source.subscribe(subscriber);
        return () => {
          subscription.unsubscribe();
        };
      },
    );
  });

  const thrower = (): never => {
    throw failure;
  };

  it('gives its subscribers every value', () => {
    const seen: number[] = [];
    followed.subscribe((value) => seen.push(value));
    source.next(1);
    source.next(2);
    expect(seen).toEqual([1, 2]);
  });

  it('takes no subscriber at all', () => {
    followed.subscribe();
    source.next(1);
    expect(source.observed).toBe(true);
  });

  it('tells its subscribers of the end', () => {
    const seen: string[] = [];
    followed.subscribe({ complete: () => seen.push('complete') });
    source.complete();
    expect(seen).toEqual(['complete']);
  });

  it('tells its subscribers of the source’s error', () => {
    const told: unknown[] = [];
    followed.subscribe({ error: (error: unknown) => told.push(error) });
    source.error(failure);
    expect(told).toEqual([failure]);
  });

  it('reports the source’s error when the subscriber does not handle it', () => {
    followed.subscribe(() => undefined);
    source.error(failure);
    expect(unhandled).toEqual([failure]);
  });

  it('lets go of the source when a subscriber throws', () => {
    followed.subscribe({ next: thrower, error: () => undefined });
    source.next(1);
    expect(source.observed).toBe(false);
  });

  it('lets go of the source when a subscriber throws before it has its subscription', () => {
    let released = false;
    const eager = new GuardedObservable<number>(
      () => undefined,
      (subscriber) => {
        subscriber.next(1);
        return () => {
          released = true;
        };
      },
    );
    eager.subscribe(thrower);
    expect(released).toBe(true);
  });

  it('keeps its other subscribers when one throws', () => {
    const seen: number[] = [];
    followed.subscribe(thrower);
    followed.subscribe((value) => seen.push(value));
    source.next(1);
    source.next(2);
    expect(seen).toEqual([1, 2]);
  });

  it('calls a subscriber’s methods on the subscriber', () => {
    const observer = {
      seen: [] as unknown[],
      next(value: number): void {
        this.seen.push(value);
        throw failure;
      },
      error(error: unknown): void {
        this.seen.push(error);
      },
    };
    followed.subscribe(observer);
    source.next(1);
    expect(observer.seen).toEqual([1, failure]);
  });

  it('unsubscribes', () => {
    followed.subscribe().unsubscribe();
    expect(source.observed).toBe(false);
  });

  describe('piped', () => {
    it('works as RxJS does', async () => {
      const doubled = firstValueFrom(
        followed.pipe(
          map((value: number) => value * 2),
          take(2),
          toArray(),
        ) as never,
      );
      source.next(1);
      source.next(2);
      expect(await doubled).toEqual([2, 4]);
    });

    it('tells the subscriber what an operator throws', () => {
      const told: unknown[] = [];
      followed.pipe(map(thrower)).subscribe({ error: (error: unknown) => told.push(error) });
      source.next(1);
      expect(told).toEqual([failure]);
    });

    it('reports what an operator throws when the subscriber does not handle it', () => {
      followed.pipe(map(thrower)).subscribe();
      source.next(1);
      expect(unhandled).toEqual([failure]);
    });

    it('lets go of the source once an operator has enough', () => {
      followed.pipe(take(1)).subscribe();
      source.next(1);
      expect(source.observed).toBe(false);
    });
  });
});
