/** Whether two spellings (mdadm's with colons, blkid's with hyphens) mean the same UUID. An empty one equals nothing. */
export function sameMdUuid(left: string | null, right: string | null): boolean {
  const digits = hexDigits(left);
  return digits.length === 32 && digits === hexDigits(right);
}

/** A UUID in mdadm's form: 8 hex digits four times, with colons. */
export function mdForm(uuid: string): string {
  return (hexDigits(uuid).match(/.{8}/g) ?? []).join(':');
}

function hexDigits(uuid: string | null): string {
  return (uuid ?? '').toLowerCase().replaceAll(/[^0-9a-f]/g, '');
}
