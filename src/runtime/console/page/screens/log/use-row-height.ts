/** How high a row is: one line, and on a narrow page two. */
import { useEffect, useState } from 'preact/hooks';

const NARROW = '(max-width: 52rem)';

export function useIsNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const media = matchMedia(NARROW);
    const follow = (): void => {
      setNarrow(media.matches);
    };
    media.addEventListener('change', follow);
    return () => {
      media.removeEventListener('change', follow);
    };
  }, []);
  return isNarrow;
}

/** In pixels, with the size of letters that the reader has set. */
export function useRowHeight(): number {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return Math.round(rem * (useIsNarrow() ? 3.5 : 2.25));
}
