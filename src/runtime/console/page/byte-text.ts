/** A number of bytes, in the unit that one would say. */

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

export function byteText(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  const value = bytes / 1024 ** step;
  return `${value.toLocaleString('en', { maximumFractionDigits: step === 0 || value >= 100 ? 0 : 1 })} ${UNITS[step] ?? ''}`;
}
