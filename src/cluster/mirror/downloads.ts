import { kubernetesToRun } from '../release-choice/expectations.js';
import { findRelease } from '../releases/releases.js';
import { networkPluginVariable, pluginForKubespray } from '../specification/network-plugin.js';
import type { Specification } from '../specification/specification.js';
import { isLater } from '../values/version.js';
import { architectures, type Architecture } from './architecture.js';
import { defaultVersion } from './default-versions.js';
import {
  fileItems,
  imageItems,
  listedPlugins,
  unlistedSwitches,
  type Choices,
  type FileItem,
  type Group,
  type ImageItem,
} from './download-items.js';
import { expand } from './expand.js';
import { knownDigest } from './known-digest.js';
import {
  fileSources,
  imageSources,
  manifestAddress,
  downloadVariables,
  registryMirrorsVariable,
} from './download-variables.js';

interface Download {
  /** By Kubespray's own name of it. */
  readonly name: string;
  readonly group: Group;
}
export interface FileDownload extends Download {
  readonly architecture: Architecture;
  /** Where it comes from without a mirror. */
  readonly upstream: string;
  /** What Kubespray asks for. */
  readonly address: string;
  /** SHA-256, 64 hexadecimal digits; undefined where Slipway does not know it. */
  readonly digest: string | undefined;
}
export interface ImageDownload extends Download {
  /** Its name, such as registry.k8s.io/pause:3.10. */
  readonly reference: string;
  /** Where containerd asks for its manifest first; undefined where no mirror is named for its registry. */
  readonly address: string | undefined;
}

/** What a release of Kubespray downloads for a specification. */
export interface Downloads {
  /** Those that are the same for every processor are there once for each. */
  readonly files: readonly FileDownload[];
  readonly images: readonly ImageDownload[];
  /** What is not in the lists, a phrase each: by which variable, or which download. */
  readonly unknown: readonly string[];
}

export interface Wanted {
  readonly specification: Pick<Specification, 'kubespray' | 'firewall' | 'mirror'>;
  /** Kubespray's. */
  readonly release: string;
  /** Default: all for which there are downloads. */
  readonly processors?: readonly Architecture[];
}

/**
 * The files and images that Kubespray downloads, by the variables that take effect: the operator's own win over the mirror's,
 * and these over the release's.
 * @returns undefined for a release that is not known
 */
export function downloadsOf(wanted: Wanted): Downloads | undefined {
  const release = findRelease(wanted.release);
  if (release === undefined) return undefined;
  const { specification, processors = architectures } = wanted;
  const { variables: own } = specification.kubespray;
  const kubernetes = kubernetesToRun(release, specification);
  if (kubernetes === null)
    return { files: [], images: [], unknown: ['everything: kube_version is made by a template'] };
  const mirror = downloadVariables(specification.mirror ?? {}, release.name);
  const context: Context = { own, mirror, release: release.name, kubernetes };
  const choices = choicesOf(specification, release.name);
  const files = fileItems.filter(({ when }) => when?.(choices) ?? true);
  const images = imageItems.filter(({ when }) => when?.(choices) ?? true);
  const unknown = new Set(unlisted(choices));
  const known = <Found>(name: string, found: Found | undefined): Found[] => {
    if (found !== undefined) return [found];
    unknown.add(`${name}, whose address is made by a template, or whose version is not known`);
    return [];
  };
  return {
    files: files.flatMap((item) =>
      processors.flatMap((architecture) => known(item.name, fileOf(item, { ...context, architecture }))),
    ),
    images: images.flatMap((item) => known(item.name, imageOf(item, context))),
    unknown: [...unknown],
  };
}

interface Context {
  readonly own: Specification['kubespray']['variables'];
  readonly mirror: Readonly<Record<string, unknown>>;
  readonly release: string;
  readonly kubernetes: string;
  readonly architecture?: Architecture;
}

function choicesOf({ kubespray, firewall }: Wanted['specification'], release: string): Choices {
  const { variables } = kubespray;
  const value = (name: string) => (Object.hasOwn(variables, name) ? variables[name] : undefined);
  return {
    plugin: pluginForKubespray(firewall.networkPlugin, variables),
    value,
    on: (name, standard = false) => (typeof value(name) === 'boolean' ? value(name) === true : standard),
    since: (from) => !isLater(from, release),
  };
}

/** What brings downloads that are not in the lists. */
function unlisted({ plugin, on }: Choices): string[] {
  return [
    ...(listedPlugins.some((one) => one === plugin)
      ? []
      : [`the images of ${networkPluginVariable} ${String(plugin)}`]),
    ...unlistedSwitches.filter((name) => on(name)).map((name) => `what ${name} brings`),
  ];
}

function fileOf(
  item: FileItem,
  context: Context & { readonly architecture: Architecture },
): FileDownload | undefined {
  const { name, group, version, checksum } = item;
  const address = addressOf(item, context);
  const upstream = addressOf(item, withoutRedirection(item, context));
  if (address === undefined || upstream === undefined) return undefined;
  const { architecture } = context;
  const ownDigest = checksum === undefined ? undefined : context.own[checksum];
  const known = knownDigest(name, lookup(version, context) ?? '', architecture);
  const digest = ownDigest === undefined ? known : sha256Of(ownDigest);
  return { name, group, architecture, upstream, address, digest };
}

function addressOf({ address, addressVariable }: FileItem, context: Context): string | undefined {
  return chosen(addressVariable, address, context);
}

/**
 * An operator's own text, or else the release's, with all variables put in. Before v2.28.0 some versions have a `v` in them and
 * some have none, so that an operator's own text which names one is not known.
 */
function chosen(variable: string | undefined, standard: string, context: Context): string | undefined {
  const own = variable === undefined ? undefined : textOf(context.own[variable]);
  if (own !== undefined && /_version/.test(own) && isLater('v2.28.0', context.release)) return undefined;
  return expand(own ?? standard, (name) => lookup(name, context));
}

/** The variables without those by which files come from elsewhere. */
function withoutRedirection({ addressVariable }: FileItem, context: Context): Context {
  const names = [...Object.keys(fileSources), addressVariable];
  const own = Object.entries(context.own).filter(([name]) => !names.includes(name));
  return { ...context, mirror: {}, own: Object.fromEntries(own) };
}

function sha256Of(checksum: unknown): string | undefined {
  return typeof checksum === 'string'
    ? /^(?:sha256:)?([0-9a-f]{64})$/i.exec(checksum)?.[1]?.toLowerCase()
    : undefined;
}

function imageOf(item: ImageItem, context: Context): ImageDownload | undefined {
  const { name, group, variables } = item;
  const place = chosen(variables?.repository, item.repository, context);
  const tag = chosen(variables?.tag, item.tag, context);
  if (place === undefined || tag === undefined) return undefined;
  const [, registry = '', repository = ''] = /^([^/]*)\/(.*)$/.exec(place) ?? [];
  const mirrors = context.own[registryMirrorsVariable] ?? context.mirror[registryMirrorsVariable];
  return {
    name,
    group,
    reference: `${place}:${tag}`,
    address: manifestAddress({ registry, repository, tag }, mirrors),
  };
}

const processorNames = { amd64: 'x86_64', arm64: 'aarch64' } as const;

/** A variable as the addresses need it: versions have no `v`. */
function lookup(name: string, context: Context): string | undefined {
  const { own, mirror, architecture, release, kubernetes } = context;
  if (architecture !== undefined && name === 'image_arch') return architecture;
  if (architecture !== undefined && name === 'ansible_architecture') return processorNames[architecture];
  const said = textOf(own[name]);
  if (said !== undefined) return name.endsWith('_version') ? said.replace(/^v(?=[0-9])/, '') : said;
  if (name === 'kube_version') return kubernetes;
  if (name === 'kubeadm_image_repo') return '{{ kube_image_repo }}';
  return (
    textOf(mirror[name]) ??
    fileSources[name] ??
    imageSources[name] ??
    defaultVersion(name, { release, kubernetes })
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
