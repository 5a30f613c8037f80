/** The tags that the events about a subject have, with the place of its id in braces: `account:{id}`. */
import type { AnyDecider } from '../../command/decider.js';
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';

/** Ids that no tag has in it otherwise: a character for private use, and a position that no log reaches. */
const TEXT_PROBE = '\u{E0F1}';
const POSITION_PROBE = Number.MAX_SAFE_INTEGER - 40_417;

/** Undefined where its subjects are told by more than tags, or their tags do not have the id in them as it is. */
export function subjectTags({ ids, subject }: AnyDecider): readonly string[] | undefined {
  const probe = ids.kind === 'position' ? POSITION_PROBE : TEXT_PROBE;
  return templatesOf(String(probe), `{${ids.parameter}}`, () => {
    const { query } = subject(probe);
    const [item, ...others] = query;
    return item === undefined || others.length > 0 || item.types !== undefined ? [] : (item.tags ?? []);
  });
}

/** Undefined where it has no tag, or one that does not have the key in it as it is. */
export function entityTag({ tag }: EntityProjectionDefinition): string | undefined {
  return tag && templatesOf(TEXT_PROBE, '{key}', () => [tag(TEXT_PROBE)])?.[0];
}

function templatesOf(
  probe: string,
  parameter: string,
  tags: () => readonly string[],
): readonly string[] | undefined {
  let found: readonly string[];
  try {
    found = tags();
  } catch {
    return undefined; // its author takes ids of a certain form only
  }
  const isPlain = found.length > 0 && found.every((tag) => tag.split(probe).length === 2);
  return isPlain ? found.map((tag) => tag.replace(probe, parameter)) : undefined;
}
