import { describe, expect, it } from 'vitest';
import { roomFolders, roomPathsOf } from '../../../src/cluster/preflight/room-folders.js';
import { aSpecification } from '../../support/builders.js';

const of = (variables: Record<string, unknown>) => aSpecification({ kubespray: { variables } as never });

describe('folders that need room', () => {
  it('are the usual ones unless a variable has them elsewhere', () => {
    expect(roomFolders(of({}))).toEqual({ etcd: '/var/lib/etcd', downloads: '/tmp' });
    expect(roomFolders(of({ etcd_data_dir: '/srv/etcd', local_release_dir: '/srv/x' }))).toEqual({
      ...{ etcd: '/srv/etcd', downloads: '/srv/x' },
    });
  });

  it.each(['{{ mine }}/etcd', 'srv/etcd', '/srv/\u0007', 7, null])(
    'are not known where the variable is %j',
    (etcd_data_dir) => {
      expect(roomFolders(of({ etcd_data_dir })).etcd).toBeUndefined();
      expect(roomPathsOf(of({ etcd_data_dir }))).toEqual([]);
    },
  );

  it('are looked at besides the usual ones, each where it differs', () => {
    expect(roomPathsOf(of({ etcd_data_dir: '/var/lib/etcd', local_release_dir: '/srv/x' }))).toEqual([
      '/srv/x',
    ]);
  });
});
