/** Says how many events have come while one looked elsewhere, and leads to them. */

interface Props {
  readonly count: number;
  readonly show: () => void;
  /** What has come, for so many. */
  readonly text?: (count: string) => string;
}

export function NewEvents({ count, show, text }: Props): preact.JSX.Element {
  const number = count.toLocaleString('en');
  const label = text?.(number) ?? `${number} new ${count === 1 ? 'event' : 'events'}`;
  return (
    <div class="log-new" role="status">
      {count > 0 && (
        <button type="button" class="main" onClick={show}>
          ↑ {label}
        </button>
      )}
    </div>
  );
}
