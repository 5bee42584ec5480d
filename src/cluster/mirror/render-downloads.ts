import { namesText } from '../text/outline.js';
import type { Downloads } from './downloads.js';

/** What Kubespray downloads, for whoever fills a mirror: one line each, in columns that a script can cut. */
export function renderDownloads(release: string, { files, images, unknown }: Downloads): string {
  return [
    `# Kubespray ${release}: kind, where it is from, where the mirror has it, sha256`,
    ...files.map(({ upstream, address, digest }) =>
      ['file', upstream, redirected(address, upstream), digest ?? 'not-known'].join(' '),
    ),
    ...images.map(({ reference, address }) =>
      ['image', reference, address === undefined ? '-' : imageAt(address), '-'].join(' '),
    ),
    ...(unknown.length === 0 ? [] : [`# Not in this list: ${namesText(unknown)}.`]),
  ].join('\n');
}

function redirected(address: string, upstream: string): string {
  return address === upstream ? '-' : address;
}

/** The address of a manifest as the name by which an image is pushed. */
function imageAt(address: string): string {
  const [, host = '', repository = '', tag = ''] =
    /^https?:\/\/([^/]+)\/v2\/(.*)\/manifests\/([^/?]+)/.exec(address) ?? [];
  return `${host}/${repository}:${tag}`;
}
