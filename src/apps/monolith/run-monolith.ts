/** Runs the monolith as a program, whatever LEFTFOLD_APP says. */
import { runProgram } from '../run-program.js';
import { PARTS, monolith, type Parts } from './monolith.module.js';

/** Uses the environment and signals of this process, and exits it when the monolith cannot start. */
export function runMonolith(version: string, parts: Parts = PARTS): Promise<void> {
  return runProgram(version, (settings) => monolith(settings, parts));
}
