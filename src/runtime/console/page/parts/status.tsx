/** How something is, as a word on a colour; the word alone says it, too. */

const TONES: Readonly<Record<string, 'good' | 'warn' | 'bad'>> = {
  following: 'good',
  ok: 'good',
  ready: 'good',
  done: 'good',
  recovering: 'warn',
  resuming: 'warn',
  running: 'warn',
  degraded: 'warn',
  'read-only': 'warn',
  'not ready': 'bad',
  faulted: 'bad',
  failed: 'bad',
  drift: 'bad',
  stopped: 'bad',
};

export function Status({ of }: { readonly of: string }): preact.JSX.Element {
  return <span class={`badge ${TONES[of] ?? ''}`}>{of}</span>;
}
