/** Parses JSON and refuses text that JSON.parse would silently change: inexact numbers and duplicate members. */
import { parse as parseLosslessJson } from 'lossless-json';
import { isExact } from '../../runtime/http/kernel/exact-json.js';
import { InvalidLine } from '../formats/event-line.js';

/** @throws InvalidLine when the text is not JSON, repeats a member, or has a number that a double cannot represent */
export function parseStrictJson(text: string): unknown {
  const value = parse(text);
  // A fast path for lines of an export: text that is reproduced exactly has lost nothing.
  if (!serializesTo(text, value)) requireExact(text);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidLine(`is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function serializesTo(text: string, value: unknown): boolean {
  try {
    return JSON.stringify(value) === text;
  } catch {
    return false; // nested too deep to be serialized
  }
}

function requireExact(text: string): void {
  try {
    parseLosslessJson(text, undefined, {
      parseNumber: (literal) => {
        const number = Number(literal);
        if (isExact(literal, number)) return number;
        throw new InvalidLine(`${literal} would become ${number}; write it as text`);
      },
      onDuplicateKey: ({ key }) => {
        throw new InvalidLine(`${JSON.stringify(key)} is there twice in one object`);
      },
    });
  } catch (error) {
    if (error instanceof InvalidLine) throw error;
    // The text is valid JSON, so the parser can only have failed by exhausting its stack.
    throw new InvalidLine('is nested too deep', { cause: error });
  }
}
