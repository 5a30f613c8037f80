/** `leftfold keys`: makes, lists and revokes the API keys that a server takes. */
import { InvalidArgumentError, type Command } from 'commander';
import { readSettings } from '../../apps/settings.js';
import { KEY_ID, KEY_NAME, keyText, newApiKey } from '../../runtime/access/keys/api-key.js';
import { readKeyFile, stateOf, storedKeyOf, type StoredKey } from '../../runtime/access/keys/key-file.js';
import { SCOPE_SHAPES, scopeFault } from '../../runtime/access/scopes.js';
import { helpExamples } from '../arguments.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { printMessage, printResult, type Terminal } from '../terminal.js';

const DAY_MS = 86_400_000;

interface FileOptions {
  readonly data?: string;
  readonly keys?: string;
}

interface CreateOptions extends FileOptions {
  readonly scope?: readonly string[];
  readonly expires?: Date;
}

interface ListOptions extends FileOptions {
  readonly json?: boolean;
}

export function addKeys(program: Command, terminal: Terminal): void {
  const keys = program.command('keys').summary('make, list and revoke API keys');
  withFileOptions(keys.command('create'))
    .summary('make a key, and print it this once')
    .description(
      'Makes a key and prints it on stdout, alone. It cannot be shown again: the key file has a hash of it. A server that runs takes it ' +
        'within a second. Several keys may have one name, which is one principal, key:<name>: to replace a key, make another one, ' +
        `hand it out, and revoke the first. A scope is ${SCOPE_SHAPES}.`,
    )
    .argument('<name>', 'who or what uses it, as in till-1', parseName)
    .option('--scope <scope>', 'what it may be used for; as often as needed', collectScopes)
    .option('--expires <when>', 'in how many days, as in 90d, or a date (default: never)', (text) =>
      parseExpiry(text, Date.now()),
    )
    .addHelpText(
      'after',
      helpExamples(
        'leftfold keys create till-1 --scope command:order --scope query:orders --expires 90d',
        "KEY=$(leftfold keys create reports --scope 'query:*' --expires 2027-01-31)",
        'leftfold keys create sum-context --scope log > sum.key',
      ),
    )
    .action((name: string, options: CreateOptions) => create(name, options, terminal));
  withFileOptions(keys.command('list'))
    .summary('show which keys there are')
    .description('Shows id, name, state, times and scopes of each key, and never the key itself.')
    .option('--json', 'as JSON, for programs')
    .addHelpText('after', helpExamples('leftfold keys list', 'leftfold keys list --json'))
    .action((options: ListOptions) => list(options, terminal));
  withFileOptions(keys.command('revoke'))
    .summary('end a key')
    .description('A server that runs takes the key no more within a second. It stays in the list.')
    .argument('<id>', 'of the key, as leftfold keys list shows it')
    .addHelpText('after', helpExamples('leftfold keys revoke 8k2m0q4t6w1z'))
    .action((id: string, options: FileOptions) => revoke(id, options, terminal));
}

function withFileOptions(command: Command): Command {
  return command
    .option('--keys <file>', 'the key file (default: LEFTFOLD_KEYS, or keys.json in the data folder)')
    .option('--data <folder>', 'the data folder (default: LEFTFOLD_DATA, or ./data)');
}

async function create(
  name: string,
  { scope: scopes = [], expires, ...options }: CreateOptions,
  terminal: Terminal,
): Promise<void> {
  if (scopes.length === 0)
    throw new CommandFailed(`--scope is missing; a scope is ${SCOPE_SHAPES}`, EXIT.usage);
  const path = keyFileOf(options, terminal);
  // Loaded on demand, because it loads SQLite, which other commands do not need.
  const { changeKeyFile } = await import('../../runtime/access/keys/change-key-file.js');
  const key = newApiKey();
  const stored = storedKeyOf(key, { name, scopes, created: new Date(), expires });
  changeKeyFile(path, (keys) => [...keys, stored]);
  await printResult(terminal, `${keyText(key)}\n`);
  printMessage(
    terminal,
    `key ${key.id} of key:${name}, ${expires === undefined ? 'which never expires' : `until ${expires.toISOString()}`}, ` +
      `for ${scopes.join(', ')}; it is not shown again; ${path} has a hash of it`,
  );
}

async function list({ json = false, ...options }: ListOptions, terminal: Terminal): Promise<void> {
  const path = keyFileOf(options, terminal);
  const keys = (readKeyFile(path)?.keys ?? []).map((key) => shown(key, Date.now()));
  if (json) await printResult(terminal, `${JSON.stringify(keys, null, 2)}\n`);
  else if (keys.length === 0) printMessage(terminal, `${path} has no keys; leftfold keys create makes one`);
  else await printResult(terminal, table(keys));
}

async function revoke(id: string, options: FileOptions, terminal: Terminal): Promise<void> {
  // It is not repeated: it may be a whole key.
  if (!KEY_ID.test(id))
    throw new CommandFailed(
      'an id is 12 letters and digits, as leftfold keys list shows it: what stands after lf_ in a key, without what follows',
      EXIT.usage,
    );
  const path = keyFileOf(options, terminal);
  const { changeKeyFile } = await import('../../runtime/access/keys/change-key-file.js');
  let revoked: StoredKey | undefined;
  const at = new Date().toISOString();
  if (readKeyFile(path) !== undefined)
    changeKeyFile(path, (keys) =>
      keys.map((key) => {
        if (key.id !== id) return key;
        revoked = { ...key, revoked: key.revoked ?? at };
        return revoked;
      }),
    );
  if (revoked === undefined)
    throw new CommandFailed(`${path} has no key ${id}; leftfold keys list shows which there are`);
  printMessage(terminal, `key ${id} of key:${revoked.name} is revoked`);
}

/** Options take precedence over the environment. */
function keyFileOf({ keys, data }: FileOptions, { environment }: Terminal): string {
  return readSettings({
    LEFTFOLD_DATA: data ?? environment['LEFTFOLD_DATA'],
    LEFTFOLD_KEYS: keys ?? (data === undefined ? environment['LEFTFOLD_KEYS'] : undefined),
  }).keys;
}

/** Without its hash. */
function shown(
  key: StoredKey,
  at: number,
): object &
  Pick<StoredKey, 'id' | 'name' | 'scopes'> & {
    readonly state: string;
    readonly created: string;
    readonly expires?: string;
    readonly revoked?: string;
  } {
  const { id, name, scopes, created, expires, revoked } = key;
  return {
    id,
    name,
    state: stateOf(key, at),
    created,
    ...(expires !== undefined && { expires }),
    ...(revoked !== undefined && { revoked }),
    scopes,
  };
}

function table(keys: readonly ReturnType<typeof shown>[]): string {
  const rows = [
    ['id', 'name', 'state', 'created', 'expires', 'scopes'],
    ...keys.map(({ id, name, state, created, expires = 'never', scopes }) => [
      id,
      name,
      state,
      dayOf(created),
      expires === 'never' ? expires : dayOf(expires),
      scopes.join(' '),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

const dayOf = (time: string): string => time.slice(0, 10);

function parseName(text: string): string {
  if (KEY_NAME.test(text)) return text;
  throw new InvalidArgumentError(
    'A name has up to 63 of a-z, 0-9, dot, _ and -, and begins with a letter or digit.',
  );
}

function collectScopes(text: string, previous: readonly string[] = []): readonly string[] {
  const fault = scopeFault(text);
  if (fault !== undefined) throw new InvalidArgumentError(`${fault}.`);
  return [...new Set([...previous, text])];
}

/** @param now milliseconds since 1970 */
function parseExpiry(text: string, now: number): Date {
  const [, days] = /^(\d{1,5})d$/.exec(text) ?? [];
  const expires = days === undefined ? timeIn(text) : now + Number(days) * DAY_MS;
  if (expires > now) return new Date(expires);
  throw new InvalidArgumentError(
    'Give days from now, as in 90d, or a date to come, as in 2027-01-31 or 2027-01-31T12:00Z.',
  );
}

/** NaN for a day that there is not, such as 31 February. */
function timeIn(text: string): number {
  const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/.test(text);
  const time = isTime ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text.slice(0, 10))
    ? time
    : Number.NaN;
}
