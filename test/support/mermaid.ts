/** A strict reader of as much of Mermaid's state diagrams as diagrams here use; what it takes, Mermaid takes. */

const ID = String.raw`[A-Za-z][A-Za-z0-9_]*`;
const TEXT = String.raw`(?:[A-Za-z0-9 _.,()[\]*!|&+-]|#\d+;)+`;
const DECLARED = new RegExp(`^state "${TEXT}" as (${ID})$`);
const OPENED = new RegExp(`^state (${ID}) \\{$`);
const ARROW = new RegExp(`^(\\[\\*\\]|${ID}) --> (\\[\\*\\]|${ID})(?: : (${TEXT}))?$`);

/** The words that cannot be the name of a state. */
const WORDS = /^(?:as|class|classdef|click|default|direction|end|hide|note|scale|state|style)$/i;

/** What is wrong with the text, a sentence for each line at fault; nothing when it can be drawn. */
export function mermaidFaults(text: string): readonly string[] {
  const [header, ...lines] = text.split('\n');
  const faults = header === 'stateDiagram-v2' ? [] : ['it is no state diagram'];
  if (lines.pop() !== '') faults.push('the last line does not end');
  const known = new Set<string>();
  const open: string[] = [];
  for (const line of lines) {
    const fault = faultIn(line.trim(), known, open);
    if (fault !== undefined) faults.push(`${line}: ${fault}`);
  }
  if (open.length > 0) faults.push(`${open.join()} is not closed`);
  return faults;
}

function faultIn(line: string, known: Set<string>, open: string[]): string | undefined {
  const declared = DECLARED.exec(line)?.[1];
  if (declared !== undefined) {
    if (known.has(declared)) return 'it is there twice';
    known.add(declared);
    return WORDS.test(declared) ? 'the name is taken' : undefined;
  }
  const opened = OPENED.exec(line)?.[1];
  if (opened !== undefined) {
    open.push(opened);
    return known.has(opened) ? undefined : 'it was not declared';
  }
  if (line === '}') return open.pop() === undefined ? 'nothing is open' : undefined;
  if (line === '--') return open.length === 0 ? 'regions are within a state' : undefined;
  const arrow = ARROW.exec(line);
  if (arrow === null) return 'it is none of the lines that there are';
  const [, source = '', target = ''] = arrow;
  const unknown = [source, target].filter((each) => each !== '[*]' && !known.has(each));
  // The root may be pointed to before it is declared; nothing else is.
  return unknown.length > 0 && source !== '[*]' ? `${unknown.join()} was not declared` : undefined;
}
