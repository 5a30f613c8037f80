/** Who records or consumes an event, with the way to it. */
import { linkTo } from '../../routes.js';

/** @param of as in `decider account: deposit`, `projection sum`, `context Numbers` */
export function PartLink({ of }: { readonly of: string }): preact.JSX.Element {
  const link = linkOf(of);
  return link === undefined ? (
    <span class="chip">{of}</span>
  ) : (
    <a class="chip" href={link}>
      {of}
    </a>
  );
}

export function PartLinks({
  of,
  none,
}: {
  readonly of: readonly string[];
  readonly none: string;
}): preact.JSX.Element {
  if (of.length === 0) return <span class="quiet">{none}</span>;
  return (
    <ul class="row">
      {of.map((each) => (
        <li key={each}>
          <PartLink of={each} />
        </li>
      ))}
    </ul>
  );
}

function linkOf(part: string): string | undefined {
  const [, kind, name = ''] =
    /^(decider|decision|entity projection|projection|read model) ([^:]+)/.exec(part) ?? [];
  switch (kind) {
    case 'decider':
    case 'entity projection':
      return linkTo(['entities', name]);
    case 'decision':
      return linkTo(['entities'], { decide: name });
    case 'projection':
    case 'read model':
      return linkTo(['projections', name]);
    default: {
      const [, type] = /^upcaster of (.+)$/.exec(part) ?? [];
      return type === undefined ? undefined : linkTo(['contracts', type]);
    }
  }
}
