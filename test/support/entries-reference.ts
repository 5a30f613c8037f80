/** What the balance and the factor must be, computed without any of the code that is tested. */

export interface EntryEvent {
  readonly type: string;
  readonly position: number;
  readonly data: { readonly value: string; readonly entry?: number };
}

export interface Reference {
  readonly balance: bigint;
  readonly factor: bigint;
  readonly count: number;
}

/** From the entries that survive: recorded, and not retracted by a later event. */
export function referenceOf(events: readonly EntryEvent[]): Reference {
  const surviving = new Map<number, bigint>();
  for (const { type, position, data } of events) {
    if (type === 'entry.recorded') surviving.set(position, BigInt(data.value));
    if (type === 'entry.retracted' && data.entry !== undefined) surviving.delete(data.entry);
  }
  const values = [...surviving.values()];
  return {
    balance: values.reduce((sum, value) => sum + value, 0n),
    factor: productByHalves(values),
    count: values.length,
  };
}

function productByHalves(values: readonly bigint[]): bigint {
  if (values.length <= 1) return values[0] ?? 1n;
  const middle = values.length >>> 1;
  return productByHalves(values.slice(0, middle)) * productByHalves(values.slice(middle));
}
