/** Writes a sequence of commands as a test that can be pasted: given the events of all but the last, when that one. */
import type { AnyDecider } from '../../command/decider.js';
import type { EventLog } from '../../event-log/event-log.js';
import { shown } from '../shown.js';

export interface Step {
  readonly id: unknown;
  readonly command: string;
  readonly input: unknown;
}

/** @param before the log as the command finds it */
export async function asTest(
  { name }: AnyDecider,
  before: EventLog,
  { id, command, input }: Step,
): Promise<string> {
  const lines: string[] = [];
  for await (const page of before.read()) {
    for (const { type, data, tags } of page) {
      const tagged = tags.length === 0 ? '' : `, [${tags.map((each) => `tag(${shown(each)})`).join(', ')}]`;
      lines.push(`  ${camelCase(type)}.create(${shown(data)}${tagged}),`);
    }
  }
  const events = lines.length === 0 ? ['await given([])'] : ['await given([', ...lines, '])'];
  return [
    ...events,
    `  .when(${camelCase(name)}, ${shown(id)}, ${shown(command)}, ${shown(input)})`,
    '  .then([]); // or .then(refused(…))',
    '',
  ].join('\n');
}

/** As contracts and deciders are usually called: `account.opened` is accountOpened. */
function camelCase(name: string): string {
  return name.replace(/[.-]+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
