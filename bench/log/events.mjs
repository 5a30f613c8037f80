/** The events that every store is given: 150 bytes each as a line of JSON. */

export const EVENT_BYTES = 150;

/** An event as the runtime's store takes it. Commits of many are about one account. */
export function payment(index, account = 100_000 + (index % 9_973)) {
  return {
    type: 'payment.received',
    revision: 1,
    tags: [`account:${account}`],
    data: {
      account: String(account),
      amount: 10_000 + ((index * 37) % 90_000),
      currency: 'EUR',
      reference: String(index).padStart(9, '0'),
    },
  };
}

/** The line that a file would hold of it. */
export const lineOf = (event) => JSON.stringify(event);

/** A commit of so many events, the `number`th of its kind. */
export function commitOf(number, size) {
  return {
    id: `payments/${number.toString(16).padStart(10, '0')}`,
    isNewId: true,
    time: '2026-01-31T12:00:00.000Z',
    metadata: {},
    events: Array.from({ length: size }, (_, index) =>
      payment(number * size + index, 100_000 + (number % 9_973)),
    ),
  };
}
