/** A data file whose beginning is damaged, or whose end is missing, is refused by a look at its beginning alone. */
import { DataFile } from '../../../../test/support/data-file.js';
import { FileToDamage, type Damage } from '../../../../test/support/file-to-damage.js';
import { checkFile, checkHeader } from './file-check.js';

const IN_ITS_BEGINNING: readonly Damage[] = [
  [
    'no mark of LMDB',
    (file) => file.set32(24, 0),
    /page 0 \(at byte 0\) is not the beginning of an LMDB file/,
  ],
  ['another format', (file) => file.set32(28, 3), /page 0 .* a format which this version does not read/],
  ['a page of another kind', (file) => file.set16(18, 2), /page 0 .* is not marked/],
  ['another page’s number', (file) => file.set32(file.pageSize, 0), /page 1 \(at byte 4096\) is not marked/],
  ['no size of pages', (file) => file.set32(48, 4_097), /page 0 .* pages have 4097 bytes/],
  [
    'two sizes of pages',
    (file) => file.set32(file.pageSize + 48, 8_192),
    /have 8192 bytes, but page 0 says 4096/,
  ],
  ['options of another file', (file) => file.set16(52, 0x1008), /page 0 .* options which no log has/],
  ['no last page', (file) => file.set32(file.metaAt + 144, 0), /says that the last page is 0/],
  [
    'a last page far away',
    (file) => file.add(file.metaAt + 148, 1),
    /its last page is \d+, but it has only \d+ bytes/,
  ],
  ['the other page’s transaction', (file) => file.add(file.metaAt + 152, 1), /belongs on the other page/],
  ['a later transaction', (file) => file.add(file.metaAt + 152, 4), /which do not follow each other/],
  [
    'no list of tables',
    (file) => file.set32(file.metaAt + 136, 1),
    /page 1 .* cannot be where the tables are listed/,
  ],
  [
    'an earlier list of tables',
    (file) => file.add(file.leaf(file.meta.tables, 0).start + 8, -1),
    /lists the tables of transaction \d+, but the last one was \d+/,
  ],
];

describe('a data file that is damaged at its beginning', () => {
  const file = FileToDamage.ofThisSuite();

  it.each(IN_ITS_BEGINNING)(
    'is refused when it begins with %s, also by a look at its beginning',
    (_, damage, says) => {
      file.damage(damage);
      file.expectRefused(checkHeader, says);
      file.expectRefused(checkFile, says);
    },
  );

  it('is refused when it is empty', () => {
    file.write(Buffer.alloc(0));
    file.expectRefused(checkHeader, /it is empty/);
    file.expectRefused(checkFile, /it is empty/);
  });

  it('is refused when it was cut, at whatever length', () => {
    const { sound } = file;
    const { lastPage } = new DataFile(sound).meta;
    for (let length = 1; length < sound.length; length += 509) {
      file.write(sound.subarray(0, length));
      file.expectRefused(checkHeader, /ends early|ends before it does/);
      file.expectRefused(checkFile, /ends early|ends before it does/);
    }
    expect(sound).toHaveLength((lastPage + 1) * 4_096);
  });
});
