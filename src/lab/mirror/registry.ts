import type { ServerResponse } from 'node:http';

import type { MirrorStore } from './mirror-store.js';
import { sendFile, type Exchange } from './send-file.js';

const request = /^\/v2\/(?<repository>.+)\/(?<kind>manifests|blobs)\/(?<reference>[^/]+)$/;

/** Answers what is pulled from a registry (OCI Distribution Specification 1.1, "pull"), and nothing else of it. */
export async function answerRegistry(exchange: Exchange, url: URL, store: MirrorStore): Promise<void> {
  const { response } = exchange;
  response.setHeader('Docker-Distribution-Api-Version', 'registry/2.0');
  if (url.pathname === '/v2' || url.pathname === '/v2/') {
    sendJson(response, 200, {});
    return;
  }
  const { repository = '', kind, reference = '' } = request.exec(url.pathname)?.groups ?? {};
  // containerd says by `ns` which registry the mirror stands for.
  const registry = url.searchParams.get('ns') ?? undefined;
  const stored =
    kind === 'manifests'
      ? store.manifest({ repository, reference, registry })
      : kind === 'blobs'
        ? store.blob(reference)
        : undefined;
  if (stored) {
    await sendFile(exchange, { stored, store });
    return;
  }
  const code = kind === 'blobs' ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN';
  sendJson(response, 404, { errors: [{ code, message: `The mirror has no ${url.pathname}.` }] });
}

function sendJson(response: ServerResponse, status: number, content: unknown): void {
  const text = JSON.stringify(content);
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
    .end(text);
}
