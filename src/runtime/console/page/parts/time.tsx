/** A moment: as it is in this place, with how it was recorded to be read by who points at it. */

const FORMAT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

export function Time({ of }: { readonly of: string }): preact.JSX.Element {
  return (
    <time dateTime={of} title={of}>
      {timeText(of)}
    </time>
  );
}

export function timeText(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : FORMAT.format(date);
}
