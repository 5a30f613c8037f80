/** The pages of a data file, read in large pieces and never through a memory map: what is wrong there cannot hurt the reader. */
import { readSync } from 'node:fs';
import { PAGE_HEADER } from './layout.js';

/** At most so many bytes are read at a time. */
const MAX_READ_BYTES = 1 << 20;

/** The file is not as LMDB wrote it. */
export class FileDamaged extends Error {
  constructor(path: string, what: string) {
    super(`${path} is damaged: ${what}; restore it from a backup`);
    this.name = 'FileDamaged';
  }
}

/** Bytes, and the numbers in them. */
class Buffered {
  readonly bytes: Buffer;
  readonly view: DataView;

  constructor(size: number) {
    this.bytes = Buffer.alloc(size);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, size);
  }
}

export class PageFile {
  /** A page for each level of a walk, which holds all pages on its way down. */
  readonly #levels: Buffered[] = [];
  readonly #header = new Buffered(PAGE_HEADER);
  /** What was read last: the pages from `#first` on, and before `#end`. */
  readonly #piece: Buffer;
  #first = 0;
  #end = 0;
  /** How many pages to read at a time: twice as many while they are wanted one after the other, else one. */
  #stride = 1;

  constructor(
    readonly path: string,
    private readonly descriptor: number,
    readonly pageSize: number,
  ) {
    this.#piece = Buffer.alloc(Math.max(MAX_READ_BYTES, pageSize));
  }

  /** A page, in a buffer that stays as it is until another page of the same level is read. */
  page(number: number, level: number): DataView {
    const { bytes, view } = (this.#levels[level] ??= new Buffered(this.pageSize));
    if (number < this.#first || number >= this.#end) this.#readAhead(number);
    const at = (number - this.#first) * this.pageSize;
    this.#piece.copy(bytes, 0, at, at + this.pageSize);
    return view;
  }

  /** What a page begins with, without the rest of it, in a buffer that stays as it is until the next header is read. */
  header(number: number): DataView {
    const { bytes, view } = this.#header;
    if (this.#read(bytes, PAGE_HEADER, number * this.pageSize) < PAGE_HEADER)
      throw this.damaged(number, 'ends early');
    return view;
  }

  /** So many bytes of the data that begins on a page, a large piece at a time; the view is good for one turn of the loop. */
  *data(number: number, size: number): Iterable<DataView> {
    const { bytes, view } = new Buffered(Math.min(size, MAX_READ_BYTES));
    const start = number * this.pageSize + PAGE_HEADER;
    for (let done = 0; done < size; done += bytes.length) {
      const length = Math.min(bytes.length, size - done);
      if (this.#read(bytes, length, start + done) < length) throw this.damaged(number, 'ends early');
      yield length === bytes.length ? view : new DataView(view.buffer, view.byteOffset, length);
    }
  }

  /** An error that says where the damage is, and what. */
  damaged(number: number, what: string): FileDamaged {
    return new FileDamaged(this.path, `page ${number} (at byte ${number * this.pageSize}) ${what}`);
  }

  #readAhead(number: number): void {
    const most = this.#piece.length / this.pageSize;
    const follows = number >= this.#end && number < this.#end + most;
    this.#stride = follows ? Math.min(2 * this.#stride, most) : 1;
    const length = this.#read(this.#piece, this.#stride * this.pageSize, number * this.pageSize);
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
