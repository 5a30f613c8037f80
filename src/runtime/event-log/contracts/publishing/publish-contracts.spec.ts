/** What is new is published; what is published stays. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { insured1, parcelInsured } from '../../../../../test/support/parcels.js';
import { TemporaryFolder } from '../../../../../test/support/server.js';
import { ContractRegistry } from '../contract-registry.js';
import { defineEvent, defineRuntimeEvent, type AnyContract } from '../event-contract.js';
import { contractFaults } from './contract-faults.js';
import { publishContracts, type Publication } from './publish-contracts.js';
import { PublishedContracts } from './published-contracts.js';

describe('publishing', () => {
  let folder: TemporaryFolder;

  beforeEach(() => {
    folder = new TemporaryFolder();
  });

  afterEach(() => {
    folder.remove();
  });

  const publish = (...contracts: readonly AnyContract[]): Publication => {
    const registry = new ContractRegistry();
    registry.register(contracts);
    const { written, refused } = publishContracts(registry, folder.path);
    return { written: written.map((file) => file.slice(folder.path.length + 1)), refused };
  };

  const json = (name: string): unknown => JSON.parse(readFileSync(join(folder.path, name), 'utf8'));

  it('writes the schema and the examples of every revision', () => {
    expect(publish(parcelInsured)).toEqual({
      written: [
        'parcel.insured/1.schema.json',
        'parcel.insured/1.examples.json',
        'parcel.insured/2.schema.json',
        'parcel.insured/2.examples.json',
      ],
      refused: [],
    });
    expect(json('parcel.insured/2.schema.json')).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { parcel: { type: 'string' }, value: { type: 'string' } },
      required: ['parcel', 'value'],
      additionalProperties: false,
    });
    expect(json('parcel.insured/2.examples.json')).toEqual([
      { data: { parcel: 'a', value: '1.50' }, tags: ['parcel:a'] },
    ]);
  });

  it('leaves the events of the runtime to the runtime, unless they are asked for', () => {
    const registry = new ContractRegistry();
    const example = { data: { reason: 'recorded by mistake' } };
    const schema = z.strictObject({ reason: z.string() });
    for (const type of ['leftfold.event-skipped', 'event.skipped'])
      registry.register([defineRuntimeEvent({ type, schema, examples: [example] })]);
    expect(publishContracts(registry, folder.path).written).toEqual([]);
    expect(contractFaults(registry, folder.path)).toEqual([]);
    expect(publishContracts(registry, folder.path, { runtimeEvents: true }).written).toHaveLength(4);
  });

  it('writes nothing the second time', () => {
    publish(parcelInsured);
    expect(publish(parcelInsured)).toEqual({ written: [], refused: [] });
  });

  it('passes over files beside the folders of the types', () => {
    publish(parcelInsured);
    writeFileSync(join(folder.path, 'README.md'), 'not a contract');
    writeFileSync(join(folder.path, '.DS_Store'), '');
    expect(publish(parcelInsured)).toEqual({ written: [], refused: [] });
    expect(new PublishedContracts(folder.path).revisions).toEqual([
      { type: 'parcel.insured', revision: 1 },
      { type: 'parcel.insured', revision: 2 },
    ]);
  });

  it('says which file is in the way, in a sentence', () => {
    const file = join(folder.path, 'parcel.insured');
    writeFileSync(file, '');
    expect(() => publish(parcelInsured)).toThrow(
      `${join(file, '1.schema.json')} cannot be written: ${file} exists, and is no folder; name a folder`,
    );
    expect(() => new PublishedContracts(file).revisions).toThrow(
      `${file} cannot be read: ${file}, or a part of it, is a file where a folder is needed`,
    );
  });

  it('writes only the revision that is new', () => {
    publish(insured1);
    expect(publish(parcelInsured).written).toEqual([
      'parcel.insured/2.schema.json',
      'parcel.insured/2.examples.json',
    ]);
  });

  it('adds an example that is new to those that are there, and removes none', () => {
    publish(insured1);
    const more = defineEvent({
      ...insured1,
      type: 'parcel.insured',
      examples: [{ data: { parcel: 'b', cents: 0 } }],
    });
    expect(publish(more).written).toEqual(['parcel.insured/1.examples.json']);
    expect(json('parcel.insured/1.examples.json')).toEqual([
      { data: { parcel: 'a', cents: 150 }, tags: ['parcel:a'] },
      { data: { parcel: 'b', cents: 0 } },
    ]);
  });

  it('refuses another schema for a published revision, and leaves both files as they are', () => {
    publish(insured1);
    const before = json('parcel.insured/1.schema.json');
    const { written, refused } = publish(
      defineEvent({ type: 'parcel.insured', schema: z.int(), examples: [{ data: 1 }] }),
    );
    expect(written).toEqual([]);
    expect(refused).toEqual([
      expect.stringMatching(
        /^parcel\.insured, revision 1: its schema is published and has changed at #\/type\. .* \.revise\(/,
      ),
    ]);
    expect(json('parcel.insured/1.schema.json')).toEqual(before);
  });

  it('does not mind the order of names in a published schema', () => {
    publish(insured1);
    const file = join(folder.path, 'parcel.insured/1.schema.json');
    const turned = Object.fromEntries(
      Object.entries(json('parcel.insured/1.schema.json') as object).reverse(),
    );
    writeFileSync(file, JSON.stringify(turned));
    expect(publish(insured1)).toEqual({ written: [], refused: [] });
  });

  it('refuses a revision without an example, and writes nothing of it', () => {
    expect(publish(defineEvent({ type: 'parcel.lost', schema: z.null() })).refused).toEqual([
      'parcel.lost, revision 1: it has no example; give it some, as in examples: [{ data: … }]',
    ]);
    expect(readdirSync(folder.path)).toEqual([]);
  });
});
