import { parseDocument } from 'yaml';
import { z } from 'zod';

/** What kubelet.conf says, in its own words or in the names that stand for them; '' and what is missing are undefined. */
export interface Kubeconfig {
  /** Of the user that the current context names. */
  readonly certificateFile: string | undefined;
  readonly certificateData: string | undefined;
  /** Of the cluster that the current context names. */
  readonly authorityFile: string | undefined;
  readonly authorityData: string | undefined;
  readonly server: string | undefined;
}

const text = z.string().nullish();
const named = <Shape extends z.ZodRawShape>(key: string, shape: Shape) =>
  z
    .array(z.looseObject({ name: text }))
    .nullish()
    .transform((list) =>
      (list ?? []).map((one) => ({
        name: one.name ?? undefined,
        part: z
          .looseObject(shape)
          .catch({} as never)
          .parse(one[key] ?? {}),
      })),
    );

const schema = z.looseObject({
  'current-context': text,
  contexts: named('context', { cluster: text, user: text }),
  clusters: named('cluster', {
    server: text,
    'certificate-authority': text,
    'certificate-authority-data': text,
  }),
  users: named('user', { 'client-certificate': text, 'client-certificate-data': text }),
});

/**
 * Reads a kubeconfig as client-go does: YAML or JSON, and of several users and clusters those of the current context.
 * Where none is named, a single one is meant.
 * @returns null where it is no kubeconfig
 */
export function readKubeconfig(source: string): Kubeconfig | null {
  const parsed = schema.safeParse(valueOf(source));
  if (!parsed.success) return null;
  const { contexts, clusters, users, 'current-context': current } = parsed.data;
  const context = chosen(contexts, current);
  const [user, cluster] = [chosen(users, context?.user), chosen(clusters, context?.cluster)];
  return {
    certificateFile: filled(user?.['client-certificate']),
    certificateData: filled(user?.['client-certificate-data']),
    authorityFile: filled(cluster?.['certificate-authority']),
    authorityData: filled(cluster?.['certificate-authority-data']),
    server: filled(cluster?.server),
  };
}

/** Without aliases, which no kubeconfig needs and which may make a small text a huge value. Undefined: it is no YAML. */
function valueOf(source: string): unknown {
  try {
    const document = parseDocument(source, { logLevel: 'silent' });
    return document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}

function chosen<Part>(
  list: readonly { readonly name: string | undefined; readonly part: Part }[],
  name: string | null | undefined,
): Part | undefined {
  if (filled(name) === undefined) return list.length === 1 ? list[0]?.part : undefined;
  return list.find((one) => one.name === name)?.part;
}

const filled = (value: string | null | undefined) => value?.trim() || undefined;
