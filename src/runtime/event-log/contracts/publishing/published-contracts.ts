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
      schema: readJson(this.fileOf(type, revision, 'schema'), z.json()),
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

/** Of files that were read elsewhere. @throws Error when they are not what they should be */
export function parsedRevision(schema: unknown, examples: unknown): PublishedRevision {
  return { schema: z.json().parse(schema), examples: examplesFile.parse(examples) };
}

/** A revision's schema as it is published. */
export function publishedSchema({ schema }: Revision): Json {
  return asJson(z.toJSONSchema(schema));
}

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
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${reasonOf(error, file)}`, { cause: error });
  }
}

function reasonOf(error: unknown, file: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'it is not there; put back what was published';
  return fileErrorText(error, file) ?? message;
}
