import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** Bytes in front of the question (RFC 1035, 4.1.1). */
const headerLength = 12;

/** Response, recursion desired and available, and the code for a name that does not exist. */
const noSuchName = 0x8183;

/** The answer to a question for any name: there is none such. Undefined for what is no question. */
export function noSuchNameAnswer(question: Buffer): Buffer | undefined {
  const end = endOfQuestion(question);
  if (end === undefined) return undefined;
  const header = Buffer.alloc(headerLength);
  question.copy(header, 0, 0, 2);
  header.writeUInt16BE(noSuchName, 2);
  header.writeUInt16BE(1, 4);
  return Buffer.concat([header, question.subarray(headerLength, end)]);
}

/** Behind the name, which is a list of labels with their lengths, come type and class. */
function endOfQuestion(message: Buffer): number | undefined {
  if (message.length < headerLength) return undefined;
  const isQuestion = (message.readUInt16BE(2) & 0x8000) === 0;
  if (!isQuestion || message.readUInt16BE(4) === 0) return undefined;
  let position = headerLength;
  for (let length = message[position]; length !== 0; length = message[position]) {
    if (length === undefined || length > 63) return undefined;
    position += length + 1;
  }
  const end = position + 1 + 4;
  return end <= message.length ? end : undefined;
}

export interface DnsResponder {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * A name server that knows no name and says so at once: machines that reach nothing would wait for an answer otherwise.
 * @throws Error if nobody may listen at the address
 */
export async function startDnsResponder(options: {
  readonly address: string;
  readonly port: number;
}): Promise<DnsResponder> {
  const socket = createSocket('udp4');
  socket.on('message', (message, { address, port }) => {
    const answer = noSuchNameAnswer(message);
    if (answer) socket.send(answer, port, address, () => undefined);
  });
  socket.bind(options.port, options.address);
  await once(socket, 'listening');
  // What cannot be sent back is lost, as on any network.
  socket.on('error', () => undefined);
  return {
    port: socket.address().port,
    async close() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}
