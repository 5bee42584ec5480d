/** Three control planes with etcd, and so many workers. */
export const hosts = (workers: number) => [
  ...[1, 2, 3].map((index) => ({
    ...{ name: `cp${index}`, address: `10.0.0.${index}`, roles: ['control-plane' as const, 'etcd' as const] },
  })),
  ...Array.from({ length: workers }, (_, index) => ({
    ...{
      name: `w${index}`,
      address: `10.1.${Math.floor(index / 250)}.${(index % 250) + 1}`,
      roles: ['worker' as const],
    },
  })),
];
