import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { noSuchNameAnswer, startDnsResponder } from '../../../src/lab/mirror/dns-responder.js';

describe('the name server that knows no name', () => {
  it('says so at once, to questions of all kinds', async () => {
    const responder = await startDnsResponder({ address: '127.0.0.1', port: 0 });
    try {
      const resolver = new Resolver({ timeout: 5000, tries: 1 });
      resolver.setServers([`127.0.0.1:${responder.port}`]);
      await expect(resolver.resolve4('deb.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
      await expect(resolver.resolve6('a.long.name.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    } finally {
      await responder.close();
    }
  });

  it('goes on after what is no question', async () => {
    const responder = await startDnsResponder({ address: '127.0.0.1', port: 0 });
    const socket = createSocket('udp4');
    try {
      const answered = once(socket, 'message');
      socket.send('nonsense', responder.port, '127.0.0.1');
      socket.send(question(), responder.port, '127.0.0.1');
      const [answer] = (await answered) as [Buffer];
      expect(answer.readUInt16BE(0)).toBe(0x1234);
    } finally {
      socket.close();
      await responder.close();
    }
  });
});

/** For "a." of type A, by the number 0x1234. */
function question(): Buffer {
  return Buffer.from('12340100000100000000000001610000010001', 'hex');
}

describe('noSuchNameAnswer', () => {
  it('repeats number and question, and says that there is no such name', () => {
    expect(noSuchNameAnswer(question())?.toString('hex')).toBe('12348183000100000000000001610000010001');
  });

  it('leaves out what came behind the question', () => {
    const more = Buffer.concat([question(), Buffer.from('0000291000', 'hex')]);
    expect(noSuchNameAnswer(more)).toEqual(noSuchNameAnswer(question()));
  });

  it.each([
    ['nothing', ''],
    ['an answer', '12348183000100000000000001610000010001'],
    ['no question in it', '123401000000000000000000'],
    ['a name that does not end', '1234010000010000000000000161'],
    ['a name that points elsewhere', '123401000001000000000000c00c00010001'],
    ['no type behind the name', '12340100000100000000000001610000'],
  ])('gives none to %s', (_what, hex) => {
    expect(noSuchNameAnswer(Buffer.from(hex, 'hex'))).toBeUndefined();
  });
});
