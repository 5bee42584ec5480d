/** Bytes kept of each of a script's output streams. */
const outputLimit = 8 * 1024 * 1024;

/** Collects one output stream and keeps its last bytes, so that a script gone wild cannot fill the worker's memory. */
export class OutputBuffer {
  private chunks: Buffer[] = [];
  private size = 0;
  private dropped = false;

  constructor(private readonly limit = outputLimit) {}

  add(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    while (this.size > this.limit) this.dropFirst();
  }

  /** Whether something is missing at the beginning. */
  get truncated(): boolean {
    return this.dropped;
  }

  toString(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }

  private dropFirst(): void {
    const [first = Buffer.alloc(0), ...rest] = this.chunks;
    const excess = this.size - this.limit;
    const kept = first.length > excess ? [first.subarray(excess)] : [];
    this.chunks = [...kept, ...rest];
    this.size -= Math.min(first.length, excess);
    this.dropped = true;
  }
}
