import { CancellationScope } from '@temporalio/workflow';

/**
 * Does two things side by side and waits for both. If one fails, the other is cancelled, and the failure goes on only
 * when both have come to their end: a workflow that ended before would cut off a step in its middle, and would leave a
 * job running that was to be stopped.
 */
export async function runBoth<One, Other>(
  one: () => Promise<One>,
  other: () => Promise<Other>,
): Promise<[One, Other]> {
  return CancellationScope.cancellable(async () => {
    const scope = CancellationScope.current();
    const running = [one(), other()] as const;
    try {
      return await Promise.all(running);
    } catch (failure) {
      scope.cancel();
      await Promise.allSettled(running);
      throw failure;
    }
  });
}
