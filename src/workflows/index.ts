/** Every workflow type that a worker runs; the bundle is made of this file. */
export { deleteOldData } from './delete-old-data.js';
export { migrateStorage } from './migrate-storage.js';
export { prepareHost } from './prepare-host.js';
export { provisionCluster } from './provision-cluster.js';
export { verifyCluster } from './verify-cluster.js';
