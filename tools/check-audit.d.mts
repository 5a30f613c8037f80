interface Judgement {
  /** Why there is no report. */
  readonly unavailable?: string;
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

export function judge(
  report: unknown,
  exceptions: readonly { readonly id: string; readonly reason: string; readonly until: string }[],
  today: string,
): Judgement;
