import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Qmp, QmpDecoder } from '../../../src/lab/virtual-machine/qmp.js';

describe('QmpDecoder', () => {
  it('puts messages together that arrive in pieces, and takes several that arrive at once', () => {
    const decoder = new QmpDecoder();
    expect(decoder.push('{"QMP": {}}\r\n{"retu')).toEqual([{ QMP: {} }]);
    expect(decoder.push('rn": {"status": "paused"}, "id": 7}\r\n{"event": "STOP"}\r\n')).toEqual([
      { return: { status: 'paused' }, id: 7 },
      { event: 'STOP' },
    ]);
  });
});

describe('Qmp', () => {
  let folder: string;
  let server: Server;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-qmp-'));
  });

  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  /** A QEMU that answers each command by `answer`; it greets first. */
  async function serve(answer: (command: { execute: string; id: number }, socket: Socket) => void) {
    const path = join(folder, 'qmp.sock');
    server = createServer((socket) => {
      const decoder = new QmpDecoder();
      socket.setEncoding('utf8');
      socket.write('{"QMP": {"version": {}}}\r\n');
      socket.on('data', (chunk: string) => {
        for (const message of decoder.push(chunk)) answer(message as never, socket);
      });
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return path;
  }

  function reply(socket: Socket, message: object) {
    socket.write(`${JSON.stringify(message)}\r\n`);
  }

  it('gives each command its own answer, whatever their order, and lets events pass by', async () => {
    const held: number[] = [];
    const path = await serve(({ execute, id }, socket) => {
      if (execute === 'qmp_capabilities') reply(socket, { return: {}, id });
      if (execute === 'slow') held.push(id);
      if (execute === 'quick') {
        reply(socket, { event: 'STOP' });
        reply(socket, { return: 'second', id });
        reply(socket, { return: 'first', id: held[0] });
      }
    });
    const qmp = await Qmp.connect(path);
    await expect(Promise.all([qmp.execute('slow'), qmp.execute('quick')])).resolves.toEqual([
      'first',
      'second',
    ]);
    qmp.close();
  });

  it('says in QEMU’s own words why a command was refused', async () => {
    const path = await serve(({ execute, id }, socket) => {
      if (execute === 'qmp_capabilities') reply(socket, { return: {}, id });
      else reply(socket, { error: { class: 'GenericError', desc: 'Duplicate device ID' }, id });
    });
    const qmp = await Qmp.connect(path);
    await expect(qmp.execute('device_add')).rejects.toThrow('QEMU refused device_add: Duplicate device ID');
    qmp.close();
  });

  it('does not wait for ever for a QEMU that ends', async () => {
    const path = await serve(({ execute, id }, socket) => {
      if (execute === 'qmp_capabilities') reply(socket, { return: {}, id });
      else socket.destroy();
    });
    const qmp = await Qmp.connect(path);
    await expect(qmp.execute('quit')).rejects.toThrow('QEMU ended before it answered quit');
    await expect(qmp.execute('stop')).rejects.toThrow('QEMU has ended before stop');
  });

  it('says where nobody answers', async () => {
    server = createServer();
    await expect(Qmp.connect(join(folder, 'none.sock'))).rejects.toThrow(/does not answer at .*none\.sock/);
  });
});
