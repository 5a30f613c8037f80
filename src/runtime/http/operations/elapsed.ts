/** How long an answer is held back for the end of an operation. */
import { rawResponse, type HttpResponse } from '../kernel/exchange.js';

/** Resolves after so many seconds, or when the client is gone. */
export function elapsed(seconds: number, response: HttpResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    timer.unref();
    rawResponse(response).once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
