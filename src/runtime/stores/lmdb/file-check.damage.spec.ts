/** Damage to a data file is refused, with what is wrong and where. */
import type { DataFile } from '../../../../test/support/data-file.js';
import { FileToDamage, type Damage } from '../../../../test/support/file-to-damage.js';
import { checkFile } from './file-check.js';
import { NodeFlag, u64 } from './file-check/layout.js';
import { childOf, keyOf, type PageSpan } from './file-check/page-nodes.js';

const leaf = (file: DataFile, index: number): PageSpan => file.leaf(file.table('plain'), index);
const branch = (file: DataFile): PageSpan => file.page(file.table('plain').root ?? NaN);
/** Where it is recorded which pages the value of the key `long` has. */
const long = (file: DataFile): number => file.dataAt(file.nodeWith(NodeFlag.overflow, file.table('plain')));
/** Where the values of the key `some` stand. */
const some = (file: DataFile): number =>
  file.dataAt(file.nodeWith(NodeFlag.duplicates, file.table('several')));
/** Where the tree is recorded that holds the values of the key `many`. */
const many = (file: DataFile): number =>
  file.dataAt(file.nodeWith(NodeFlag.duplicates | NodeFlag.tree, file.table('several')));
/** Where the pages are listed that the last transaction freed. */
const freed = (file: DataFile): number => file.dataAt(file.node(file.leaf(file.meta.freePages, -1), -1));

/** Lets the data of a node begin so many bytes later; what is before that becomes part of the key. */
function lengthenKey(file: DataFile, node: number, by: number): DataFile {
  return file.set16(node + 6, keyOf(file.view, node).size + by).add(node, -by);
}

function swapFirstTwo(file: DataFile, { start }: PageSpan): DataFile {
  const [first, second] = [file.view.getUint16(start + 24, true), file.view.getUint16(start + 26, true)];
  return file.set16(start + 24, second).set16(start + 26, first);
}

const IN_ITS_PAGES: readonly Damage[] = [
  ['another page’s number', (file) => file.add(leaf(file, 0).start, 1), /says that it is page \d+/],
  [
    'a later transaction',
    (file) => file.add(leaf(file, 0).start + 8, 99),
    /is of transaction \d+, but the last one was/,
  ],
  [
    'another kind',
    (file) => file.set16(leaf(file, 0).start + 18, 1),
    /is not of the kind that is wanted there/,
  ],
  ['no entry', (file) => file.set16(leaf(file, 0).start + 20, 0), /is empty/],
  [
    'half an entry',
    (file) => file.set16(leaf(file, 0).start + 20, 3),
    /has its free space where none can be/,
  ],
  [
    'an entry outside',
    (file) => file.set16(leaf(file, 0).start + 24, 4_090),
    /an entry that begins where none can/,
  ],
  [
    'an entry too long',
    (file) => file.add(file.node(leaf(file, 0), 0), 4_096),
    /an entry that ends behind the page/,
  ],
  [
    'a gap',
    (file) => file.add(file.node(leaf(file, 0), 0), -2),
    /entries that do not stand one after the other/,
  ],
  [
    'two keys in each other’s place',
    (file) => {
      swapFirstTwo(file, leaf(file, 0));
    },
    /has its keys out of order/,
  ],
  [
    'a key without bytes',
    (file) => {
      lengthenKey(file, file.node(leaf(file, 0), 0), -5);
    },
    /has a key of 0 bytes/,
  ],
  [
    'a key that should stand before',
    (file) => (file.bytes[file.node(leaf(file, 1), 0) + 8] = 1),
    /has a key that belongs on a page before it/,
  ],
  [
    'a key that should stand after',
    (file) => (file.bytes[file.node(leaf(file, 0), -1) + 8] = 255),
    /has a key that belongs on a page after it/,
  ],
  [
    'the same page below it twice',
    (file) => file.set32(file.node(branch(file), 1), childOf(file.view, file.node(branch(file), 0))),
    /is used or listed as free twice/,
  ],
  [
    'a page below it that there is not',
    (file) => file.set32(file.node(branch(file), 1), 99_999),
    /page 99999 .* is used, but the file has no such page/,
  ],
];

const IN_ITS_TABLES: readonly Damage[] = [
  ['another name', (file) => file.bytes.write('plank', file.recordOf('plain') - 6), /names a table "plank/],
  [
    'nothing under a name',
    (file) => file.set16(file.recordOf('plain') - 10, 0),
    /does not lead to the table plain/,
  ],
  ['other options', (file) => file.set16(file.recordOf('plain') + 4, 4), /the table plain has options/],
  [
    'other options of values',
    (file) => file.set16(many(file) + 4, 4),
    /a key of the table several has options/,
  ],
  [
    'more branches',
    (file) => file.add(file.recordOf('plain') + 8, 1),
    /plain has 2 branch pages, but it has 1;/,
  ],
  [
    'fewer leaves',
    (file) => file.add(file.recordOf('plain') + 16, -1),
    /plain has \d+ leaf pages, but it has/,
  ],
  [
    'more long values',
    (file) => file.add(file.recordOf('plain') + 24, 1),
    /has 4 overflow pages, but it has 3;/,
  ],
  [
    'more entries',
    (file) => file.add(file.recordOf('plain') + 32, 1),
    /plain has 344 entries, but it has 343;/,
  ],
  [
    'more values',
    (file) => file.add(many(file) + 32, 1),
    /a key of the table several has 801 entries, but it/,
  ],
  [
    'more levels',
    (file) => file.set16(file.recordOf('plain') + 6, 3),
    /is not of the kind that is wanted there/,
  ],
  [
    'another kind of entry',
    (file) => file.set16(file.node(leaf(file, 0), 0) + 4, 4),
    /that the table plain has not/,
  ],
  [
    'an entry without its version',
    (file) => {
      lengthenKey(file, file.nodeWith(0, file.table('versioned')), 4);
    },
    /holds an entry without a version/,
  ],
  [
    'another kind of values',
    (file) => file.set16(some(file) + 18, 2),
    /values in a way that the table several does not/,
  ],
  ['fewer values', (file) => file.set16(some(file) + 20, 8), /entries that do not stand one after the other/],
  [
    'a long value in too few pages',
    (file) => file.set32(long(file) + 16, 2),
    /data that is larger than the pages it has/,
  ],
  ['a long value in other pages', (file) => file.add(long(file), 1), /is used or listed as free twice/],
  [
    'a long value in pages that say otherwise',
    (file) => file.set32(file.page(u64(file.view, long(file))).start + 20, 4),
    /is not the first of 3 pages/,
  ],
];

const IN_ITS_LIST_OF_FREE_PAGES: readonly Damage[] = [
  ['a page too many', (file) => file.add(file.metaAt + 144, 1), /is neither used nor listed as free/],
  [
    'a page that there is not',
    (file) => file.set32(freed(file) + 8, 99_999),
    /page 99999 .* has no such page/,
  ],
  [
    'a page that is used',
    (file) => file.set32(freed(file) + 8, leaf(file, 0).start / file.pageSize),
    /is used or listed as free twice/,
  ],
  ['a page too few', (file) => file.set32(freed(file) + 8, 0), /is neither used nor listed as free/],
  [
    'more than there is',
    (file) => file.set32(freed(file), 9_999),
    /a list of free pages that is longer than its place/,
  ],
  [
    'half a number',
    (file) => {
      lengthenKey(file, freed(file) - 16, -2);
    },
    /has a key of 6 bytes/,
  ],
  ['a later transaction', (file) => file.add(freed(file) - 8, 99), /lists what transaction \d+ freed/],
  [
    'a number of pages, but no page',
    (file) => {
      const last = freed(file) + 8 * file.view.getUint32(freed(file), true);
      file.set32(last, 0xfffffffe).set32(last + 4, 0xffffffff);
    },
    /a list of free pages that ends too early/,
  ],
];

describe('a damaged data file', () => {
  const file = FileToDamage.ofThisSuite();

  it.each(IN_ITS_PAGES)('is refused when a page has %s', (_, damage, says) => {
    file.damage(damage);
    file.expectRefused(checkFile, says);
  });

  it.each(IN_ITS_TABLES)('is refused when a table has %s', (_, damage, says) => {
    file.damage(damage);
    file.expectRefused(checkFile, says);
  });

  it.each(IN_ITS_LIST_OF_FREE_PAGES)('is refused when the list of free pages has %s', (_, damage, says) => {
    file.damage(damage);
    file.expectRefused(checkFile, says);
  });
});
