import { describe, expect, it, vi } from 'vitest';
import { ensureSearchAttributes } from '../../src/workers/search-attributes.js';

/** A server's operator service that knows some attributes, and answers a wish for more in its own way. */
function server(known: readonly string[], add: () => Promise<unknown>) {
  const addSearchAttributes = vi.fn(add);
  const operatorService = {
    listSearchAttributes: async () => ({
      customAttributes: Object.fromEntries(known.map((name) => [name, 2])),
    }),
    addSearchAttributes,
  };
  const connection = { operatorService } as unknown as Parameters<
    typeof ensureSearchAttributes
  >[0]['connection'];
  return { connection, addSearchAttributes };
}

describe('ensureSearchAttributes', () => {
  it('adds only what is missing', async () => {
    const { connection, addSearchAttributes } = server(['SlipwayCluster'], async () => ({}));
    await ensureSearchAttributes({ connection, namespace: 'default' });
    expect(addSearchAttributes).toHaveBeenCalledWith({
      namespace: 'default',
      searchAttributes: { SlipwayPhase: 2, SlipwayWaitingFor: 2 },
    });
  });

  it('asks for nothing where all are known', async () => {
    const { connection, addSearchAttributes } = server(
      ['SlipwayCluster', 'SlipwayPhase', 'SlipwayWaitingFor', 'Other'],
      async () => ({}),
    );
    await ensureSearchAttributes({ connection, namespace: 'default' });
    expect(addSearchAttributes).not.toHaveBeenCalled();
  });

  it('is content when another worker was faster', async () => {
    const { connection } = server([], () => Promise.reject(new Error('6 ALREADY_EXISTS: already exists')));
    await expect(ensureSearchAttributes({ connection, namespace: 'default' })).resolves.toBeUndefined();
  });

  it('gives the administrator’s commands where it may not add them', async () => {
    const { connection } = server(['SlipwayPhase'], () => Promise.reject(new Error('7 PERMISSION_DENIED')));
    await expect(ensureSearchAttributes({ connection, namespace: 'prod' })).rejects.toThrow(
      /PERMISSION_DENIED[\s\S]*create --namespace prod --name SlipwayCluster --type Keyword\n.*SlipwayWaitingFor/,
    );
  });
});
