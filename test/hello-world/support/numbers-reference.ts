/** What the sum and the product must be, computed without any of the code that is tested. */

export interface NumberEvent {
  readonly type: string;
  readonly position: number;
  readonly data: { readonly value: string; readonly number?: number };
}

export interface Reference {
  readonly sum: bigint;
  readonly product: bigint;
  readonly count: number;
}

/** From the numbers that survive: recorded, and not retracted by a later event. */
export function referenceOf(events: readonly NumberEvent[]): Reference {
  const surviving = new Map<number, bigint>();
  for (const { type, position, data } of events) {
    if (type === 'number.recorded') surviving.set(position, BigInt(data.value));
    if (type === 'number.retracted' && data.number !== undefined) surviving.delete(data.number);
  }
  const values = [...surviving.values()];
  return {
    sum: values.reduce((sum, value) => sum + value, 0n),
    product: productByHalves(values),
    count: values.length,
  };
}

function productByHalves(values: readonly bigint[]): bigint {
  if (values.length <= 1) return values[0] ?? 1n;
  const middle = values.length >>> 1;
  return productByHalves(values.slice(0, middle)) * productByHalves(values.slice(middle));
}
