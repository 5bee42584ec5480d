import {
  request as ask,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { pipeline } from 'node:stream/promises';

import { command } from '../command.js';
import { hostAptSources } from '../images/apt-sources.js';
import { suite } from '../images/packages.js';
import { sendText, type Exchange } from './send-file.js';

/** Where apt of lab machines may get packages from. */
export interface AptWay {
  /** Hosts, with their ports where they have other ones. */
  readonly hosts: ReadonlySet<string>;
  /** The proxy of this machine's own apt. */
  readonly proxy?: URL;
}

/** Milliseconds without a byte. */
const patience = 60_000;

const passedOn = ['accept', 'if-modified-since', 'if-range', 'range', 'user-agent'];
const passedBack = ['content-length', 'content-range', 'content-type', 'last-modified', 'location'];

/** The hosts of the distribution that this machine's own apt sources name, and its apt's proxy. */
export async function thisMachinesAptWay(): Promise<AptWay> {
  const { stdout } = await command('apt-config', ['dump', 'Acquire::http::Proxy'], {
    what: "read this machine's apt settings",
  });
  const proxy = /^Acquire::http::Proxy "(http:[^"]+)";$/m.exec(stdout)?.[1];
  return { hosts: hostsOfSources(await hostAptSources(suite)), ...(proxy && { proxy: new URL(proxy) }) };
}

/** The hosts that apt sources (one-line or deb822 style) name by http. */
export function hostsOfSources(sources: readonly string[]): Set<string> {
  const urls = sources.flatMap((text) => {
    const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'));
    return lines.join('\n').match(/\bhttp:\/\/[^\s]+/g) ?? [];
  });
  return new Set(urls.map((url) => new URL(url).host));
}

/** Passes a request on to one of the hosts, and refuses every other. */
export async function answerApt({ request, response }: Exchange, url: URL, way: AptWay): Promise<void> {
  if (url.protocol !== 'http:' || !way.hosts.has(url.host)) {
    const allowed = [...way.hosts].join(', ') || 'none';
    sendText(response, 403, `The lab's mirror passes on to the distribution's hosts only: ${allowed}.\n`);
    return;
  }
  try {
    const answer = await upstream(url, way, { method: request.method, headers: request.headers });
    response.writeHead(answer.statusCode ?? 502, only(answer.headers, passedBack));
    await pipeline(answer, response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else sendText(response, 502, `${url.host} does not answer: ${(error as Error).message}.\n`);
  }
}

function upstream(
  url: URL,
  { proxy }: AptWay,
  { method, headers }: { readonly method: string | undefined; readonly headers: IncomingHttpHeaders },
) {
  const way: RequestOptions = proxy
    ? { host: proxy.hostname, port: proxy.port || 80, path: url.href }
    : { host: url.hostname, port: url.port || 80, path: url.pathname + url.search };
  return new Promise<IncomingMessage>((resolve, reject) => {
    const asked = ask({
      ...way,
      method,
      headers: { ...only(headers, passedOn), host: url.host },
      timeout: patience,
    });
    asked.on('response', resolve);
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error(`no byte for ${patience / 1000} s`)));
    asked.end();
  });
}

function only(headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)));
}
