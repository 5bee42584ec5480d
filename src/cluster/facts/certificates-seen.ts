/** What a host has told of one file, or of one text that kubelet.conf holds. */
export interface CertificateSeen {
  /** It is a file with something in it. */
  readonly isFile: boolean;
  /** Undefined: there is no certificate in it. `unknown`: nothing on the host can tell when it ends. */
  readonly certificate: 'valid' | 'expired' | 'unknown' | undefined;
  /** The node's name in its subject. */
  readonly nodeName: string | undefined;
  /** SHA-256 fingerprints of all certificates in it. */
  readonly authorities: readonly string[];
}

/** Understands lines "NAME file", "NAME certificate valid", "NAME node b" and "NAME authority <fingerprint>", by their names. */
export function certificatesIn(lines: readonly string[]): ReadonlyMap<string, CertificateSeen> {
  const words = lines.map((line) => line.split(' '));
  const names = new Set(words.map(([name = '']) => name));
  return new Map(
    [...names].map((name) => {
      const own = words
        .filter(([first]) => first === name)
        .map(([, key = '', value = '']) => ({ key, value }));
      const values = (key: string, form: RegExp) =>
        own.filter((one) => one.key === key && form.test(one.value)).map(({ value }) => value);
      const [certificate] = values(
        'certificate',
        /^(valid|expired|unknown)$/,
      ) as CertificateSeen['certificate'][];
      const [nodeName] = values('node', /./);
      const isFile = own.some(({ key }) => key === 'file');
      return [name, { isFile, certificate, nodeName, authorities: values('authority', /^[0-9a-f]{64}$/) }];
    }),
  );
}
