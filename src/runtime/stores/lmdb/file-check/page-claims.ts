/** Which pages are in use: every page of a file belongs to one tree or is free, and none twice. */
import { METAS } from './layout.js';
import type { PageFile } from './page-file.js';

export class PageClaims {
  /** A bit for each page. */
  readonly #bits: Uint8Array;
  #claimed = METAS;

  /**
   * @param lastPage may be past the end of the file, since free pages at the end need not have been written
   * @param written how many pages the file has
   */
  constructor(
    private readonly file: PageFile,
    private readonly lastPage: number,
    private readonly written: number,
  ) {
    this.#bits = new Uint8Array(Math.floor(lastPage / 8) + 1);
  }

  /** @throws FileDamaged when one of these pages is not in the file, or is claimed already */
  use(first: number, count = 1): void {
    if (first < METAS || first > this.lastPage || count > this.lastPage - first + 1)
      throw this.file.damaged(first, 'is used, but the file has no such page');
    if (first + count > this.written)
      throw this.file.damaged(first, 'is used, but the file ends before it does');
    this.#claim(first, count);
  }

  /** @throws FileDamaged when one of these pages cannot be free, or is claimed already */
  free(first: number, count: number): void {
    if (first < METAS || count > this.lastPage - first + 1)
      throw this.file.damaged(first, 'is listed as free, but the file has no such page');
    this.#claim(first, count);
  }

  /** @throws FileDamaged when there is a page that was not claimed */
  requireAll(): void {
    if (this.#claimed === this.lastPage + 1) return;
    let page = METAS;
    while (this.#isClaimed(page)) page += 1;
    throw this.file.damaged(page, 'is neither used nor listed as free');
  }

  #claim(first: number, count: number): void {
    for (let page = first; page < first + count; page += 1) {
      if (this.#isClaimed(page)) throw this.file.damaged(page, 'is used or listed as free twice');
      const at = Math.floor(page / 8);
      this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (page % 8));
    }
    this.#claimed += count;
  }

  #isClaimed(page: number): boolean {
    return ((this.#bits[Math.floor(page / 8)] ?? 0) & (1 << (page % 8))) !== 0;
  }
}
