/** The names that members of an entity may have: in its view, in its index, and in the query string of a list. */
import { INDEX_KINDS, type IndexKind } from './index-kinds.js';

/** Members of a list's query string that are not members of an index. */
export const LIST_PARAMETERS = [
  'sort',
  'limit',
  'cursor',
  'count',
  'faulted',
  'fields',
  'include',
  'after',
  'at',
] as const;

/** Members that an answer has beside those of the view. */
export const ADDED_MEMBERS: readonly string[] = ['key', 'position', 'faultAt'];
/** Names that no member of an index has, in lower case, since SQL takes no notice of case; `entity_list` has a column `json`. */
const RESERVED_MEMBERS = [...ADDED_MEMBERS, 'json'].map((name) => name.toLowerCase());

export const MEMBER = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
/** SQLite takes more; each costs a write for every change. */
const MAX_INDEXES = 16;
/** @throws Error that names the member, and says what would be right */
export function requireIndexes(
  name: string,
  index: Readonly<Record<string, IndexKind>>,
  compound: readonly (readonly string[])[],
): void {
  const refuse = (detail: string): never => {
    throw new Error(`projection ${name}: ${detail}`);
  };
  const members = Object.entries(index);
  for (const [member, kind] of members) {
    if (!MEMBER.test(member)) refuse(`index ${member}: a member has letters, digits and underscores`);
    if (LIST_PARAMETERS.some((each) => each === member) || RESERVED_MEMBERS.includes(member.toLowerCase()))
      refuse(`index ${member}: a list has a parameter or member of that name; call the member otherwise`);
    if (!INDEX_KINDS.includes(kind))
      refuse(
        `index ${member}: there is no kind ${JSON.stringify(kind)}; there are ${INDEX_KINDS.join(', ')}`,
      );
  }
  const lowered = members.map(([member]) => member.toLowerCase());
  const twice = members.find(([member], place) => lowered.indexOf(member.toLowerCase()) < place)?.[0];
  if (twice !== undefined) refuse(`index ${twice}: two members differ only in case, which SQL does not`);
  for (const together of compound) {
    const unknown = together.find((member) => !Object.hasOwn(index, member));
    if (unknown !== undefined) refuse(`compound: ${unknown} is not in index`);
    if (together.length < 2) refuse('compound: name two members or more');
    if (new Set(together).size < together.length) refuse(`compound: ${together.join()} names a member twice`);
  }
  if (members.length + compound.length > MAX_INDEXES)
    refuse(`at most ${MAX_INDEXES} indexes, as each is written with every change`);
}
