import type { NativeConnection } from '@temporalio/worker';
import { searchAttributes } from '../protocol/search-attributes.js';

/** IndexedValueType KEYWORD of Temporal's API. */
const keyword = 2;

/** A server does not know Slipway's search attributes, and does not let this worker add them. */
export class SearchAttributesMissingError extends Error {
  override readonly name = 'SearchAttributesMissingError';
}

interface Where {
  readonly connection: Pick<NativeConnection, 'operatorService'>;
  readonly namespace: string;
}

/**
 * Adds to the namespace the search attributes that it does not know yet. Without them no workflow of Slipway gets past
 * its first step: the server refuses every task that sets an unknown one, and the SDK tries it again for ever.
 * @throws SearchAttributesMissingError with the commands by which an administrator adds them
 */
export async function ensureSearchAttributes({ connection, namespace }: Where): Promise<void> {
  const { operatorService } = connection;
  let missing: string[] = [...searchAttributes];
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    missing = searchAttributes.filter((name) => !(name in (customAttributes ?? {})));
    if (missing.length === 0) return;
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
    });
  } catch (error) {
    if (isAlreadyThere(error)) return;
    const commands = missing.map(
      (name) =>
        `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type Keyword`,
    );
    throw new SearchAttributesMissingError(
      `Namespace ${namespace} does not know Slipway's search attributes, or cannot be asked (${messageOf(error)}). ` +
        `Let an administrator run:\n${commands.join('\n')}`,
      { cause: error },
    );
  }
}

/** Two workers started at once both add them. */
function isAlreadyThere(error: unknown): boolean {
  return /already exists/i.test(messageOf(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
