import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

import { parseByteRange } from './byte-range.js';
import type { MirrorStore, StoredFile } from './mirror-store.js';

/** One request with its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Sends a file, or the part of it that is asked for. One that is not as it was made is not sent: whoever asks shall see a
 * failure here, and not one of what is installed from it.
 */
export async function sendFile(
  { request, response }: Exchange,
  { stored, store }: { readonly stored: StoredFile; readonly store: MirrorStore },
): Promise<void> {
  if (!(await store.isSound(stored))) {
    const advice = 'Run `slipway lab mirror check`: it tells what to delete.';
    sendText(response, 500, `${stored.file} is not as it was made. ${advice}\n`);
    return;
  }
  const { size, digest, mediaType, file } = stored;
  const range = parseByteRange(request.headers.range, size);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${size}`, 'Content-Length': 0 }).end();
    return;
  }
  const { first, last } = range ?? { first: 0, last: size - 1 };
  response.writeHead(range ? 206 : 200, {
    'Content-Type': mediaType,
    'Content-Length': last - first + 1,
    'Accept-Ranges': 'bytes',
    'Docker-Content-Digest': digest,
    ...(range && { 'Content-Range': `bytes ${first}-${last}/${size}` }),
  });
  if (request.method === 'HEAD' || size === 0) {
    response.end();
    return;
  }
  await pipeline(createReadStream(file, { start: first, end: last }), response);
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
    })
    .end(text);
}
