/** The `leftfold` program: its commands, its help and its exit code. */
import { Command } from 'commander';
import { ProcessIdTaken } from '../runtime/stores/lmdb/reader-slot.js';
import { addAudit } from './commands/audit.js';
import { addBackup } from './commands/backup.js';
import { addClient } from './commands/client.js';
import { addCompare } from './commands/compare.js';
import { addContracts } from './commands/contracts.js';
import { addExport } from './commands/export.js';
import { addImport } from './commands/import.js';
import { addKeys } from './commands/keys.js';
import { addModel } from './commands/model.js';
import { addNew } from './commands/new.js';
import { addRehearse } from './commands/rehearse.js';
import { addVerify } from './commands/verify.js';
import { addWhatIf } from './commands/what-if.js';
import { EXIT, EXIT_CODES_HELP, exitStatusOf } from './exit-codes.js';
import { printMessage, type Terminal } from './terminal.js';

const COMMANDS = [
  addVerify,
  addExport,
  addImport,
  addBackup,
  addWhatIf,
  addAudit,
  addRehearse,
  addCompare,
  addModel,
  addContracts,
  addClient,
  addKeys,
  addNew,
];

/**
 * @param args the command-line arguments without the program's name
 * @returns the exit code
 */
export async function runProgram(
  args: readonly string[],
  version: string,
  terminal: Terminal,
): Promise<number> {
  let name = 'leftfold';
  const program = new Command('leftfold')
    .description('Works on the log of Leftfold, also while a server is using it.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      // Commander puts its suggestion on a second line; errors of this program are one line.
      outputError: (text, write) => {
        write(
          `${text
            .trim()
            .replace(/^error/, name)
            .replaceAll('\n', ' ')}\n`,
        );
      },
    })
    .addHelpText('afterAll', EXIT_CODES_HELP)
    .hook('preAction', (_, command) => {
      const parents =
        command.parent === null || command.parent === program ? '' : `${command.parent.name()} `;
      name = `leftfold ${parents}${command.name()}`;
    });
  for (const add of COMMANDS) add(program, terminal);
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    const code = error instanceof ProcessIdTaken ? await terminal.runUnderAnotherId?.() : undefined;
    if (code !== undefined) return code;
    const { exitCode, line } = exitStatusOf(error);
    if (line !== undefined) printMessage(terminal, `${name}: ${line}`);
    return exitCode;
  }
}
