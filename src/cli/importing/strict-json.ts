/** Reads a line of JSON so that nothing in it becomes something else unseen. */
import { parse as parseLossless } from 'lossless-json';
import { isExact } from '../../runtime/http/kernel/exact-json.js';
import { InvalidLine } from '../formats/event-line.js';

/** @throws LineFault when the text is not JSON, names a member twice, or has a number that no double holds */
export function parseStrictJson(text: string): unknown {
  const value = parsed(text);
  // What an export wrote comes out as it went in, and so nothing in it can have been lost.
  if (!isWrittenAs(text, value)) requireExact(text);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidLine(`is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function isWrittenAs(text: string, value: unknown): boolean {
  try {
    return JSON.stringify(value) === text;
  } catch {
    return false; // nested so deep that it cannot be written
  }
}

function requireExact(text: string): void {
  try {
    parseLossless(text, undefined, {
      parseNumber: (literal) => {
        const number = Number(literal);
        if (isShortest(literal, number) || isExact(literal, number)) return number;
        throw new InvalidLine(`${literal} would become ${number}; write it as text`);
      },
      onDuplicateKey: ({ key }) => {
        throw new InvalidLine(`${JSON.stringify(key)} is there twice in one object`);
      },
    });
  } catch (error) {
    if (error instanceof InvalidLine) throw error;
    // It is JSON, so all that this parser can have against it is that its stack did not reach so far.
    throw new InvalidLine('is nested too deep', { cause: error });
  }
}

/** Whether it is how a double is written in JSON, by which every double is read again as it was. */
function isShortest(literal: string, number: number): boolean {
  return String(number) === literal.toLowerCase().replace(/e(?=\d)/, 'e+');
}
