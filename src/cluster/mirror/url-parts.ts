/** The parts of a mirror's address. */
export interface UrlParts {
  /** Without TLS. */
  readonly isPlain: boolean;
  /** Such as "http://mirror.lan:8880". */
  readonly origin: string;
  /** With the port, where one is named. */
  readonly host: string;
  /** From its slash on, without one at the end; empty: none. */
  readonly path: string;
}

/** Takes an address apart that the specification has checked. */
export function urlParts(text: string): UrlParts {
  const [, origin = '', host = '', path = ''] = /^(https?:\/\/([^/]*))(.*)$/s.exec(text) ?? [];
  return { isPlain: !origin.startsWith('https:'), origin, host, path: path.replace(/\/$/, '') };
}
