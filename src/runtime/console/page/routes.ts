/** Where in the console one is, as a URL that can be shared: `#/log?type=number.recorded&open=7`. */
import { useEffect, useState } from 'preact/hooks';

export interface Route {
  /** As in `['projections', 'sum']`; empty at the overview. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

/** @param hash with or without its `#` */
export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  return {
    path: path.split('/').filter(Boolean).map(decoded),
    query: new URLSearchParams(query),
  };
}

type Parameters = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** @param query members that are undefined or empty are left out; lists are repeated */
export function linkTo(path: readonly (string | number)[], query: Parameters = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [value])
      if (each !== undefined && each !== '') parameters.append(name, String(each));
  const text = parameters.toString();
  return `#/${path.map((each) => encodeURIComponent(each)).join('/')}${text === '' ? '' : `?${text}`}`;
}

/** The same place with some parameters changed. */
export function linkWith({ path, query }: Route, changes: Parameters): string {
  const kept: Record<string, string | readonly string[]> = {};
  for (const name of new Set(query.keys())) kept[name] = query.getAll(name);
  return linkTo(path, { ...kept, ...changes });
}

/** @param how `replace` for what is changed so often that the way back would be long, such as a slider */
export function go(link: string, how: 'push' | 'replace' = 'push'): void {
  if (link === location.hash) return;
  if (how === 'push') location.hash = link;
  else {
    history.replaceState(null, '', link);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  }
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = (): void => {
      setHash(location.hash);
    };
    window.addEventListener('hashchange', follow);
    return () => {
      window.removeEventListener('hashchange', follow);
    };
  }, []);
  return routeOf(hash);
}

/** A text that is no percent-encoding stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
