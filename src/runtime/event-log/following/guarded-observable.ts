/** An Observable whose subscribers cannot hurt each other: one that throws is unsubscribed, and told. */
import { Observable, Subscriber, type Observer, type OperatorFunction, type Subscription } from 'rxjs';

type Next<Value> = ((value: Value) => void) | null | undefined;

/** Each subscriber has an iterable of its own, and pulls it until it unsubscribes or the iterable ends. */
export function observePages<Page>(
  pull: (signal: AbortSignal) => AsyncIterable<Page>,
  onUnhandled: (error: unknown) => void,
): Observable<Page> {
  return new GuardedObservable<Page>(onUnhandled, (subscriber) => {
    const unsubscribed = new AbortController();
    void push(pull(unsubscribed.signal), subscriber);
    return () => {
      unsubscribed.abort();
    };
  });
}

async function push<Page>(pages: AsyncIterable<Page>, subscriber: Subscriber<Page>): Promise<void> {
  try {
    for await (const page of pages) {
      if (subscriber.closed) return;
      subscriber.next(page);
    }
    subscriber.complete();
  } catch (error) {
    if (!subscriber.closed) subscriber.error(error);
  }
}

/**
 * RxJS throws what a subscriber throws, later and uncaught, which ends the process, and goes on calling that subscriber.
 * Here the subscriber is unsubscribed, and its own error handler gets the error, or `unhandled` where it has none.
 * Observables that `pipe` makes of this one keep the rule; those that `merge` and the like make do not.
 */
export class GuardedObservable<Value> extends Observable<Value> {
  constructor(
    private readonly unhandled: (error: unknown) => void,
    subscribe: (this: Observable<Value>, subscriber: Subscriber<Value>) => (() => void) | undefined,
  ) {
    super(subscribe);
  }

  override pipe(...operations: readonly OperatorFunction<never, unknown>[]): Observable<never> {
    const piped = operations.reduce<Observable<unknown>>(
      (source, operation) => operation(source as never),
      this,
    );
    return new GuardedObservable<never>(this.unhandled, (subscriber) => {
      const subscription = (piped as Observable<never>).subscribe(subscriber);
      return () => {
        subscription.unsubscribe();
      };
    });
  }

  override subscribe(observerOrNext?: Partial<Observer<Value>> | Next<Value>): Subscription {
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext); // made by an operator
    const observer = typeof observerOrNext === 'function' ? { next: observerOrNext } : (observerOrNext ?? {});
    const failed = new AbortController();
    const subscription = super.subscribe(this.#guarded(observer, failed));
    // A value may arrive, and fail, before there is a subscription to end.
    if (failed.signal.aborted) subscription.unsubscribe();
    failed.signal.addEventListener('abort', () => {
      subscription.unsubscribe();
    });
    return subscription;
  }

  #guarded(observer: Partial<Observer<Value>>, failed: AbortController): Observer<Value> {
    const report = (error: unknown): void => {
      attempt(() => {
        (observer.error?.bind(observer) ?? this.unhandled)(error);
      }, this.unhandled);
    };
    const fail = (error: unknown): void => {
      failed.abort();
      report(error);
    };
    return {
      next: (value) => {
        if (!failed.signal.aborted) attempt(() => observer.next?.(value), fail);
      },
      error: report,
      complete: () => {
        attempt(() => observer.complete?.(), this.unhandled);
      },
    };
  }
}

function attempt(action: () => void, onError: (error: unknown) => void): void {
  try {
    action();
  } catch (error) {
    onError(error);
  }
}
