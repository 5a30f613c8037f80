/** The position that is seen first, as the URL has it: written when one has scrolled, followed when somebody else changes it. */
import { useEffect, useRef } from 'preact/hooks';
import { go, linkWith, type Route } from '../../routes.js';
import { positionIn } from './log-filter.js';

/** @param jump called with where the URL leads; undefined: to the newest event */
export function usePlace(
  route: Route,
  jump: (at: number | undefined) => void,
): { readonly at: number | undefined; readonly write: (at: number | undefined) => void } {
  const at = positionIn(route.query, 'at');
  const written = useRef(at);
  useEffect(() => {
    if (at === written.current) return;
    written.current = at;
    jump(at);
  }, [at]);
  return {
    at,
    write: (to) => {
      if (to === at) return;
      written.current = to;
      go(linkWith(route, { at: to }), 'replace');
    },
  };
}
