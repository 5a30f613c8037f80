/** The head of the log as it was seen over the last minutes, and how fast it grew. */

export interface Sample {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly head: number;
}

export interface Rate {
  /** Seconds since 1970, as plots have them. */
  readonly time: number;
  readonly eventsPerSecond: number;
}

/** Ten minutes of one every two seconds. */
const MAX_SAMPLES = 300;

/** With one more; what is too old is forgotten. A head that went back begins anew: it is of another log. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && sample.head < last.head) return [sample];
  if (last !== undefined && sample.time <= last.time) return samples;
  return [...samples.slice(1 - MAX_SAMPLES), sample];
}

/** Between each sample and the one before it. */
export function ratesOf(samples: readonly Sample[]): readonly Rate[] {
  return samples.slice(1).map(({ time, head }, index) => {
    const before = samples[index] ?? { time, head };
    const seconds = (time - before.time) / 1000;
    return { time: time / 1000, eventsPerSecond: seconds > 0 ? (head - before.head) / seconds : 0 };
  });
}

/** Over the last ten seconds. */
export function presentRate(samples: readonly Sample[]): number | undefined {
  const last = samples.at(-1);
  const first = last && samples.find(({ time }) => time >= last.time - 10_000);
  if (last === undefined || first === undefined || first.time === last.time) return undefined;
  return ((last.head - first.head) / (last.time - first.time)) * 1000;
}
