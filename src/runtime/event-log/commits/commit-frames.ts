/** Commits on a connection: each as the bytes that are stored, after their length; an empty frame says that nothing is missing. */

/** Media type of such frames. */
export const COMMITS_TYPE = 'application/vnd.leftfold.commits';

const LENGTH_BYTES = 4;

/** No commit is larger. A longer frame is no frame. */
const MAX_FRAME_BYTES = 2 ** 30;

/** Ends the frames. What ends without it was cut off. */
export const END_OF_FRAMES: Buffer = Buffer.alloc(LENGTH_BYTES);

/** The length of a frame, which stands before its bytes. */
export function frameLength(bytes: Buffer): Buffer {
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt32BE(bytes.length);
  return length;
}

/** What was read is not made of frames. */
export class NoFrames extends Error {
  override readonly name = 'NoFrames';
}

/** Takes chunks of any size apart. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #isEnded = false;

  /** Whether the empty frame was read: all commits are there. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** @returns the frames that the chunk completes @throws NoFrames when it cannot be a part of frames */
  push(chunk: Buffer): readonly Buffer[] {
    if (this.#isEnded) throw new NoFrames('bytes follow the end');
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const frames: Buffer[] = [];
    for (let length = this.#nextLength(); length !== undefined; length = this.#nextLength()) {
      const all = this.#joined();
      if (length === 0) {
        if (all.length > LENGTH_BYTES) throw new NoFrames('bytes follow the end');
        this.#isEnded = true;
        return frames;
      }
      frames.push(all.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
      this.#chunks = [all.subarray(LENGTH_BYTES + length)];
      this.#bytes -= LENGTH_BYTES + length;
    }
    return frames;
  }

  /** The length of the next frame, if all of it is there. */
  #nextLength(): number | undefined {
    if (this.#bytes < LENGTH_BYTES) return undefined;
    const [first] = this.#chunks;
    const length = (
      first !== undefined && first.length >= LENGTH_BYTES ? first : this.#joined()
    ).readUInt32BE();
    if (length > MAX_FRAME_BYTES) throw new NoFrames(`a frame of ${length} bytes is too long`);
    return this.#bytes < LENGTH_BYTES + length ? undefined : length;
  }

  /** A large frame comes in many chunks, which are joined once it is complete. */
  #joined(): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && this.#chunks.length === 1) return first;
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }
}
