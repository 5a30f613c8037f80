/** What goes on for ever: as an async iterator, by a callback, and for libraries of observables. */

export interface LiveObserver<Value> {
  readonly next?: (value: Value) => void;
  /** Called once, with what cannot be retried; nothing follows. Without it, that is thrown from a timer, as what the observer itself throws. */
  readonly error?: (error: unknown) => void;
  readonly complete?: () => void;
}

export interface LiveSubscription {
  unsubscribe(): void;
}

/** Each iteration and each subscription is a connection of its own. `from(live)` of RxJS makes an Observable of it. */
export interface Live<Value> extends AsyncIterable<Value> {
  subscribe(observer: LiveObserver<Value> | ((value: Value) => void)): LiveSubscription;
}

export type LiveSource<Value> = (signal: AbortSignal) => AsyncGenerator<Value>;

/** As RxJS does with what nobody handles: `onerror` of a page, or `uncaughtException` of Node, gets it as it is. */
function report(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}

/** @param outer ends every iteration with its reason, and every subscription without a call */
export function liveOf<Value>(source: LiveSource<Value>, outer?: AbortSignal): Live<Value> {
  const live: Live<Value> = {
    [Symbol.asyncIterator]: () => {
      const own = new AbortController();
      const values = source(outer ? AbortSignal.any([outer, own.signal]) : own.signal);
      const stop = (): Promise<IteratorResult<Value>> => {
        own.abort();
        values.return(undefined).catch(() => undefined); // closes the connection of a value that is taken
        return Promise.resolve({ done: true, value: undefined });
      };
      return {
        next: async () => {
          try {
            return await values.next();
          } catch (error) {
            if (own.signal.aborted) return { done: true, value: undefined };
            throw error;
          }
        },
        return: stop,
      };
    },
    subscribe: (observer) => {
      // Its methods may need it as their `this`.
      const to: LiveObserver<Value> = typeof observer === 'function' ? { next: observer } : observer;
      const own = new AbortController();
      const signal = outer ? AbortSignal.any([outer, own.signal]) : own.signal;
      const call = (callback: () => void): void => {
        try {
          callback();
        } catch (error) {
          report(error);
        }
      };
      const run = async (): Promise<void> => {
        try {
          for await (const value of source(signal)) {
            if (signal.aborted) return;
            call(() => to.next?.(value));
          }
        } catch (thrown) {
          if (signal.aborted) return;
          if (to.error === undefined) report(thrown);
          else call(() => to.error?.(thrown));
          return;
        }
        if (!signal.aborted) call(() => to.complete?.());
      };
      void run();
      return {
        unsubscribe: () => {
          own.abort();
        },
      };
    },
  };
  // How RxJS and others find what can be observed, with and without a polyfill of the symbol.
  const observable = (Symbol as { readonly observable?: symbol }).observable ?? '@@observable';
  return Object.assign(live, { [observable]: () => live });
}
