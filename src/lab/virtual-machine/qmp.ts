import { createConnection, type Socket } from 'node:net';

import { LabError } from '../errors.js';

/** A message from QEMU, of the kinds that matter here: an answer, a refusal, an event, the greeting. */
export interface QmpMessage {
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
  readonly event?: string;
  readonly data?: unknown;
  readonly QMP?: unknown;
}

/** Cuts a stream of bytes into messages: one JSON object a line. */
export class QmpDecoder {
  #rest = '';

  push(chunk: string): QmpMessage[] {
    const parts = (this.#rest + chunk).split('\n');
    this.#rest = parts.pop() ?? '';
    return parts.filter((part) => part.trim() !== '').map((part) => JSON.parse(part) as QmpMessage);
  }
}

interface Waiting {
  readonly command: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A connection to a QEMU's control socket (QEMU Machine Protocol). QEMU serves one at a time. */
export class Qmp {
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(message: QmpMessage) => void>();
  readonly #decoder = new QmpDecoder();
  #next = 1;
  #closed = false;

  private constructor(readonly socket: Socket) {
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      for (const message of this.#decoder.push(chunk)) this.#receive(message);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#end());
  }

  /**
   * Connects and leaves the protocol's negotiation behind.
   * @throws LabError if nobody answers there
   */
  static async connect(path: string, timeout = 10_000): Promise<Qmp> {
    const socket = createConnection(path);
    socket.setTimeout(timeout, () => socket.destroy(new Error('no answer in time')));
    const qmp = new Qmp(socket);
    try {
      await new Promise<void>((resolve, reject) => {
        qmp.#listeners.add((message) => {
          if (message.QMP !== undefined) resolve();
        });
        socket.once('error', reject);
        socket.once('close', () => reject(new Error('it closed the connection')));
      });
      await qmp.execute('qmp_capabilities');
      socket.setTimeout(0);
      return qmp;
    } catch (error) {
      socket.destroy();
      throw new LabError(`QEMU does not answer at ${path}: ${(error as Error).message}.`, { cause: error });
    }
  }

  /**
   * Runs one command and gives its return value.
   * @throws LabError with QEMU's own words if it refuses, or if it ends before it has answered
   */
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> {
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new LabError(`QEMU has ended before ${command}.`));
        return;
      }
      this.#waiting.set(id, { command, resolve, reject });
      this.socket.write(`${JSON.stringify({ execute: command, id, ...(args && { arguments: args }) })}\n`);
    });
  }

  /** Resolves with the next event that `matches`; rejects when the connection ends or `timeout` (ms) passes. */
  waitForEvent(matches: (message: QmpMessage) => boolean, timeout: number): Promise<QmpMessage> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        clearTimeout(timer);
        this.#listeners.delete(listener);
        this.socket.off('close', lost);
        act();
      };
      const listener = (message: QmpMessage) => {
        if (message.event !== undefined && matches(message)) finish(() => resolve(message));
      };
      const lost = () => finish(() => reject(new LabError('QEMU ended while an event was awaited.')));
      const timer = setTimeout(
        () => finish(() => reject(new LabError(`QEMU did not report within ${timeout / 1000} s.`))),
        timeout,
      );
      this.#listeners.add(listener);
      this.socket.once('close', lost);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  #receive(message: QmpMessage): void {
    for (const listener of [...this.#listeners]) listener(message);
    if (message.id === undefined) return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error) {
      waiting?.reject(new LabError(`QEMU refused ${waiting.command}: ${message.error.desc}`));
    } else {
      waiting?.resolve(message.return);
    }
  }

  #end(): void {
    this.#closed = true;
    for (const { command, reject } of this.#waiting.values()) {
      reject(new LabError(`QEMU ended before it answered ${command}.`));
    }
    this.#waiting.clear();
  }
}

/** Runs `work` with a connection that is closed afterwards, so that others can use the socket. */
export async function withQmp<T>(path: string, work: (qmp: Qmp) => Promise<T>): Promise<T> {
  const qmp = await Qmp.connect(path);
  try {
    return await work(qmp);
  } finally {
    qmp.close();
  }
}
