/** The pages of a data file, read with `read` and not through a memory map, which a damaged or truncated file could crash. */
import { readSync } from 'node:fs';
import { PAGE_HEADER } from './layout.js';

const MAX_READ_BYTES = 1 << 20;

/** The file is not as LMDB wrote it. */
export class FileDamaged extends Error {
  constructor(
    path: string,
    /** What is wrong with it. */
    readonly what: string,
  ) {
    super(`${path} is damaged: ${what}; restore it from a backup`);
    this.name = 'FileDamaged';
  }
}

/** A buffer with a view on its numbers. */
class ViewedBuffer {
  readonly bytes: Buffer;
  readonly view: DataView;

  constructor(size: number) {
    this.bytes = Buffer.alloc(size);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, size);
  }
}

export class PageFile {
  /** A buffer for each level of a tree: a walk needs all pages on its path at once. */
  readonly #levels: ViewedBuffer[] = [];
  readonly #header = new ViewedBuffer(PAGE_HEADER);
  /** The pages that were read last: from `#first` on, and before `#end`. */
  readonly #chunk: Buffer;
  #first = 0;
  #end = 0;
  /** How many pages to read at a time: doubled while they are read in sequence, otherwise one. */
  #pagesPerRead = 1;

  constructor(
    readonly path: string,
    private readonly descriptor: number,
    readonly pageSize: number,
  ) {
    this.#chunk = Buffer.alloc(Math.max(MAX_READ_BYTES, pageSize));
  }

  /** A page, in a buffer that is valid until another page of the same level is read. */
  page(number: number, level: number): DataView {
    const { bytes, view } = (this.#levels[level] ??= new ViewedBuffer(this.pageSize));
    if (number < this.#first || number >= this.#end) this.#readAhead(number);
    const at = (number - this.#first) * this.pageSize;
    this.#chunk.copy(bytes, 0, at, at + this.pageSize);
    return view;
  }

  /** The header of a page, in a buffer that is valid until the next header is read. */
  header(number: number): DataView {
    const { bytes, view } = this.#header;
    if (this.#read(bytes, PAGE_HEADER, number * this.pageSize) < PAGE_HEADER)
      throw this.damaged(number, 'ends early');
    return view;
  }

  /** The bytes of data that begins on a page, a chunk at a time. Each view is valid until the next one. */
  *data(number: number, size: number): Iterable<DataView> {
    const { bytes, view } = new ViewedBuffer(Math.min(size, MAX_READ_BYTES));
    const start = number * this.pageSize + PAGE_HEADER;
    for (let done = 0; done < size; done += bytes.length) {
      const length = Math.min(bytes.length, size - done);
      if (this.#read(bytes, length, start + done) < length) throw this.damaged(number, 'ends early');
      yield length === bytes.length ? view : new DataView(view.buffer, view.byteOffset, length);
    }
  }

  /** An error that names the page and what is wrong with it. */
  damaged(number: number, what: string): FileDamaged {
    return new FileDamaged(this.path, `page ${number} (at byte ${number * this.pageSize}) ${what}`);
  }

  #readAhead(number: number): void {
    const maxPages = this.#chunk.length / this.pageSize;
    const follows = number >= this.#end && number < this.#end + maxPages;
    this.#pagesPerRead = follows ? Math.min(2 * this.#pagesPerRead, maxPages) : 1;
    const length = this.#read(this.#chunk, this.#pagesPerRead * this.pageSize, number * this.pageSize);
    if (length < this.pageSize) throw this.damaged(number, 'ends early');
    this.#first = number;
    this.#end = number + Math.floor(length / this.pageSize);
  }

  /** @returns how many bytes there were */
  #read(into: Buffer, size: number, at: number): number {
    let length = 0;
    while (length < size) {
      const read = readSync(this.descriptor, into, length, size - length, at + length);
      if (read === 0) break;
      length += read;
    }
    return length;
  }
}
