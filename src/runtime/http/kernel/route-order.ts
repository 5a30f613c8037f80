/** Which of two routes answers a URL that both match: the one with the name where the other has a parameter, on Express as on Fastify. */

interface RouteLayer {
  readonly route?: { readonly path: unknown };
}

/** Negative when `one` comes first: the first segment in which only one of them has a parameter decides. */
export function bySpecificity(one: string, other: string): number {
  const others = other.split('/');
  for (const [index, segment] of one.split('/').entries()) {
    const difference = Number(isParameter(segment)) - Number(isParameter(others[index] ?? ''));
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Express answers with the first route that matches, in the order of registration; Fastify looks for names first.
 *
 * @param stack of Express's router. The routes at these paths change places among themselves; nothing else moves
 * @param paths as Nest writes them: `/orders/:id`
 */
export function orderRoutes(stack: RouteLayer[], paths: { has(path: string): boolean }): void {
  const isOwn = ({ route }: RouteLayer): boolean => typeof route?.path === 'string' && paths.has(route.path);
  const ordered = stack.filter(isOwn).sort((one, other) => bySpecificity(pathOf(one), pathOf(other)));
  for (const [place, layer] of stack.entries()) if (isOwn(layer)) stack[place] = ordered.shift() ?? layer;
}

function pathOf({ route }: RouteLayer): string {
  return String(route?.path);
}

/**
 * Whether a route has this URL. Compared as it was sent, since a part of it may not be decodable; like Express, in upper or lower case and with a
 * slash at its end.
 *
 * @param route as Nest writes it
 * @param path of a URL, without its query
 */
export function isAt(route: string, path: string): boolean {
  const segments = route.split('/');
  const sent = path.replace(/\/$/, '').split('/');
  return (
    segments.length === sent.length &&
    segments.every((segment, index) =>
      isParameter(segment) ? sent[index] !== '' : segment.toLowerCase() === sent[index]?.toLowerCase(),
    )
  );
}

function isParameter(segment: string): boolean {
  return segment.startsWith(':');
}
