/** A strict reader of as much of DOT as models here use (https://graphviz.org/doc/info/lang.html). */

const ID = String.raw`[A-Za-z_][A-Za-z0-9_]*`;
const TEXT = String.raw`"(?:[^"\\]|\\.)*"`;
const ATTRIBUTE = String.raw`${ID}=(?:${TEXT}|${ID})`;
const ATTRIBUTES = String.raw`\[${ATTRIBUTE}(?:, ${ATTRIBUTE})*\]`;
const NODE = new RegExp(`^(${ID}) ${ATTRIBUTES};$`);
const SETTING = new RegExp(`^${ATTRIBUTE};$`);
const OPENED = new RegExp(String.raw`^(?:digraph|subgraph) ${ID} \{$`);
const ARROW = new RegExp(`^(${ID}) -> (${ID})(?: ${ATTRIBUTES})?;$`);

/** What is wrong with the text, a sentence for each line at fault. */
export function dotFaults(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim());
  const faults = lines[0]?.startsWith('digraph ') === true ? [] : ['it is no directed graph'];
  if (lines.pop() !== '') faults.push('the last line does not end');
  const known = new Set<string>();
  let open = 0;
  for (const line of lines) {
    const [, node] = NODE.exec(line) ?? [];
    const [, from, to] = ARROW.exec(line) ?? [];
    if (OPENED.test(line)) open += 1;
    else if (line === '}') open -= 1;
    else if (node !== undefined) {
      if (known.has(node)) faults.push(`${line}: it is there twice`);
      known.add(node);
    } else if (from !== undefined && to !== undefined) {
      // DOT would make a node of it.
      const unknown = [from, to].filter((each) => !known.has(each));
      if (unknown.length > 0) faults.push(`${line}: ${unknown.join()} was not declared`);
    } else if (!SETTING.test(line)) faults.push(`${line}: it is none of the lines that there are`);
    if (open < 1 && line !== lines.at(-1)) faults.push(`${line}: it is outside of the graph`);
  }
  if (open !== 0) faults.push('a brace is missing');
  return faults;
}
