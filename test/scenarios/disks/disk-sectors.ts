/**
 * Sector 0 of a disk with a partition table of DOS.
 * @param mebibytes of its only partition, which begins at 1 MiB; 0: there is none
 * @returns 512 bytes in base64
 */
export function partitionTable(mebibytes: number): string {
  const sector = Buffer.alloc(512);
  sector.writeUInt32LE(0x51495057, 440);
  if (mebibytes > 0) {
    sector.writeUInt8(0x83, 446 + 4);
    sector.writeUInt32LE(2048, 446 + 8);
    sector.writeUInt32LE(mebibytes * 2048, 446 + 12);
  }
  sector.writeUInt16LE(0xaa55, 510);
  return sector.toString('base64');
}

/** LVM's own start value of CRC-32, which it does not invert at the end. */
const startOfSum = 0xf597a6cf;

/**
 * Sector 1 of a physical volume as LVM writes it: label, checksum, and the volume's UUID.
 * @returns 512 bytes in base64
 */
export function volumeLabel(): string {
  const sector = Buffer.alloc(512);
  sector.write('LABELONE', 0, 'latin1');
  sector.writeBigUInt64LE(1n, 8);
  // Where the header of the volume begins.
  sector.writeUInt32LE(32, 20);
  sector.write('LVM2 001', 24, 'latin1');
  sector.write('Slipway0disk0safety0test0volume0', 32, 'latin1');
  sector.writeBigUInt64LE(2n ** 30n, 64);
  sector.writeUInt32LE(sumOf(sector.subarray(20)), 16);
  return sector.toString('base64');
}

function sumOf(bytes: Uint8Array): number {
  let sum = startOfSum;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return sum >>> 0;
}
