import { clusterFolders } from '../../cluster/kubespray/folders.js';
import { describeProgress } from '../../cluster/playbook/describe.js';
import { PlaybookEventReader } from '../../cluster/playbook/events.js';
import { totals } from '../../cluster/playbook/progress.js';
import { counted } from '../../cluster/text/quantities.js';
import { CommandFailedError } from '../../hosts/errors.js';
import type { PlaybookResult } from '../../protocol/control-host-inputs.js';
import type { Dependencies } from '../running/dependencies.js';
import { explainPlaybook } from './explain-playbook.js';
import { followEvents } from './follow-events.js';
import { playbookScript, playbookRunFiles } from './playbook-run.js';
import { keepPlaybookTimes, noteFirstRun, readPlaybookTimes } from './playbook-times.js';
import { runJob } from '../running/run-job.js';
import { changed, hostStep, unchanged } from '../running/step.js';
import { newsTeller } from './news-teller.js';

/**
 * Step 8: "Create Kubernetes Cluster": runs one of Kubespray's playbooks as a detached job. A second one of the same
 * cluster never starts beside it, and an attempt that comes later follows the one that runs. Heartbeats show play, task,
 * counts and how far it has come; a failure names host, play, task and what the module said.
 *
 * One that was cut off, with the control host, may have left a node half-initialised, over which the next run would pass
 * (traps T2 to T6): the workflow looks at the nodes before it runs another.
 * @throws CutOffError
 */
export const runKubespray = hostStep(
  'runKubespray',
  async (host, input, dependencies: Dependencies): Promise<PlaybookResult> => {
    const folders = clusterFolders(host.stateFolder, input.cluster);
    const run = playbookRunFiles(host, folders, input.jobKey);
    // Extra variables may hold what is nobody else's business.
    await host.writeFile(run.variables, JSON.stringify(input.extraVariables, null, 2), { mode: 0o600 });

    await noteFirstRun(host, folders, input);
    const reader = new PlaybookEventReader(await readPlaybookTimes(host, folders, input));
    const events = followEvents(host, run.events, reader);
    const job = {
      key: input.jobKey,
      script: playbookScript(input, folders, run),
      lock: `kubespray-${input.cluster}`,
    };
    const { log } = run;
    const tellNews = newsTeller();
    try {
      const describe = () => {
        events.poll();
        const summary = describeProgress(reader.progressAfter(events.quiet()));
        tellNews(summary);
        return summary;
      };
      await runJob(dependencies, host, job, input.playbook, { describe, startsAgain: false });
    } catch (error) {
      if (!(error instanceof CommandFailedError)) throw error;
      await events.finish();
      const { playbook } = input;
      throw explainPlaybook(error, { playbook, progress: reader.progress, host, log });
    }
    await events.finish();
    await keepPlaybookTimes(host, { folders, run: input, timetable: reader.timetable });
    const { hosts } = reader.progress;
    const sum = totals(hosts);
    const summary = `${input.playbook}: ${counted(Object.keys(hosts).length, 'host')}, ${sum.ok} ok, ${sum.changed} changed`;
    return { ...(sum.changed > 0 ? changed(summary) : unchanged(summary)), hosts, log };
  },
);
