/** A strict reader of as much of Mermaid's flowcharts as models here use; what it takes, Mermaid takes. */

const ID = String.raw`[A-Za-z][A-Za-z0-9_]*`;
const TEXT = String.raw`"(?:[A-Za-z0-9 _.,:()*!&+-]|#\d+;)+"`;
const NODE = new RegExp(String.raw`^(${ID})(?:\[${TEXT}\]|\{\{${TEXT}\}\}|\[\(${TEXT}\)\]|\(${TEXT}\))$`);
const OPENED = new RegExp(String.raw`^subgraph (${ID})\[${TEXT}\]$`);
const ARROW = new RegExp(String.raw`^(${ID}) -->(?:\|${TEXT}\|)? (${ID})$`);
/** Words that cannot be an id. */
const WORDS = /^(?:end|graph|flowchart|subgraph|style|class|click|linkStyle|classDef|default)$/i;

/** What is wrong with the text, a sentence for each line at fault; nothing when it can be drawn. */
export function flowchartFaults(text: string): readonly string[] {
  const [header, ...lines] = text.split('\n');
  const faults = header === 'flowchart LR' ? [] : ['it is no flowchart'];
  if (lines.pop() !== '') faults.push('the last line does not end');
  const known = new Set<string>();
  let open = 0;
  for (const line of lines.map((each) => each.trim())) {
    const declared = NODE.exec(line)?.[1] ?? OPENED.exec(line)?.[1];
    const arrow = ARROW.exec(line);
    if (OPENED.test(line)) open += 1;
    if (declared !== undefined) {
      if (known.has(declared) || WORDS.test(declared)) faults.push(`${line}: the name is taken`);
      known.add(declared);
    } else if (arrow !== null) {
      const unknown = arrow.slice(1).filter((each) => !known.has(each));
      if (unknown.length > 0) faults.push(`${line}: ${unknown.join()} was not declared`);
    } else if (line === 'end') {
      open -= 1;
      if (open < 0) faults.push('nothing is open');
    } else faults.push(`${line}: it is none of the lines that there are`);
  }
  if (open > 0) faults.push('a subgraph is not closed');
  return faults;
}
