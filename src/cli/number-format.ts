/** Formats numbers and durations for output. */

/** `1234567.8` → `1,234,567` */
export function formatNumber(number: number): string {
  return Math.floor(number).toLocaleString('en-US');
}

/** `1 event`, `1,234 events` */
export function formatCount(number: number, noun: string, plural = `${noun}s`): string {
  return `${formatNumber(number)} ${number === 1 ? noun : plural}`;
}

/** Seconds → `0:07`, `12:34`, `1:02:03`; rounded up to whole seconds. */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const twoDigits = (number: number): string => String(number).padStart(2, '0');
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${twoDigits(rest)}` : `${minutes}:${twoDigits(rest)}`;
}
