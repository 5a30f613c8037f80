/** The published contracts: for every revision of every event its JSON Schema and examples, in a folder. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Example, Revision } from '../event-contract.js';
import { tag, type Json } from '../../event.js';
import { fileErrorText } from '../../../file-error-text.js';
import { asJson } from './json-difference.js';

/** One revision as it is published. */
export interface PublishedRevision {
  readonly schema: Json;
  readonly examples: readonly Example[];
}

/**
 * A folder like this:
 *
 *   number.recorded/1.schema.json     of the data: JSON Schema, draft 2020-12
 *   number.recorded/1.examples.json   [{ "data": …, "tags"?: […], "metadata"?: {…} }]
 */
export class PublishedContracts {
  constructor(readonly folder: string) {}

  /** Every type, in alphabetical order, with its revisions. */
  get revisions(): readonly { readonly type: string; readonly revision: number }[] {
    if (!existsSync(this.folder)) return [];
    // A file beside the folders, such as a README or what a desktop leaves, is no contract.
    return namesIn(this.folder, 'folders')
      .toSorted()
      .flatMap((type) => this.#revisionsOf(type).map((revision) => ({ type, revision })));
  }

  has(type: string, revision: number): boolean {
    return existsSync(this.fileOf(type, revision, 'schema'));
  }

  /** @throws Error that names the file when it cannot be read or is not what it should be */
  read(type: string, revision: number): PublishedRevision {
    return {
      schema: readJson(this.fileOf(type, revision, 'schema'), schemaFile),
      examples: readJson(this.fileOf(type, revision, 'examples'), examplesFile),
    };
  }

  /** @returns the files that it wrote @throws Error that names the file when it cannot be written */
  write(type: string, revision: number, published: Partial<PublishedRevision>): readonly string[] {
    return (['schema', 'examples'] as const).flatMap((part) => {
      if (published[part] === undefined) return [];
      const file = this.fileOf(type, revision, part);
      try {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, `${JSON.stringify(published[part], undefined, 2)}\n`);
      } catch (error) {
        throw new Error(`${file} cannot be written: ${reasonOf(error, file)}`, { cause: error });
      }
      return [file];
    });
  }

  fileOf(type: string, revision: number, part: keyof PublishedRevision): string {
    return join(this.folder, type, `${revision}.${part}.json`);
  }

  #revisionsOf(type: string): readonly number[] {
    return namesIn(join(this.folder, type), 'files')
      .flatMap((name) => /^([1-9]\d*)\.schema\.json$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((one, other) => one - other);
  }
}

/** Of files that were read elsewhere. @throws Error that names the file when it is not what it should be */
export function parsedRevision(
  schema: unknown,
  examples: unknown,
  fileOf: (part: keyof PublishedRevision) => string,
): PublishedRevision {
  return {
    schema: parsed(schemaFile, schema, fileOf('schema')),
    examples: parsed(examplesFile, examples, fileOf('examples')),
  };
}

function parsed<Content>(kind: z.ZodType<Content>, json: unknown, file: string): Content {
  const { success, data, error } = kind.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  const at = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  throw new Error(
    `${file} cannot be read: it is not what it should be${at}: ${issue?.message ?? 'it is another kind of file'}`,
  );
}

/** A revision's schema as it is published. */
export function publishedSchema({ schema }: Revision): Json {
  return asJson(z.toJSONSchema(schema));
}

const schemaFile = z.custom<Json>(
  (json) => typeof json === 'boolean' || (typeof json === 'object' && json !== null && !Array.isArray(json)),
  'a JSON Schema is an object',
);

const examplesFile = z.array(
  z
    .strictObject({
      data: z.json(),
      tags: z.array(z.string()).optional(),
      metadata: z.record(z.string(), z.json()).optional(),
    })
    .transform(({ data, tags, metadata }): Example => ({
      data,
      ...(tags !== undefined && { tags: tags.map(tag) }),
      ...(metadata !== undefined && { metadata }),
    })),
);

/** @throws Error that names the folder when it cannot be read */
function namesIn(folder: string, kind: 'folders' | 'files'): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    // A link may lead to either.
    return entries
      .filter((entry) => entry.isSymbolicLink() || entry.isDirectory() === (kind === 'folders'))
      .map(({ name }) => name);
  } catch (error) {
    throw new Error(`${folder} cannot be read: ${reasonOf(error, folder)}`, { cause: error });
  }
}

function readJson<Content>(file: string, schema: z.ZodType<Content>): Content {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${reasonOf(error, file)}`, { cause: error });
  }
  return parsed(schema, json, file);
}

function reasonOf(error: unknown, file: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'it is not there; put back what was published';
  return fileErrorText(error, file) ?? message;
}
