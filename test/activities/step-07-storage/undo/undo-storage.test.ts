import { createHash } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { backUpFstab } from '../../../../src/activities/step-07-storage/back-up-fstab.js';
import type { StepResult } from '../../../../src/protocol/step-inputs.js';
import { undoStorage } from '../../../../src/activities/step-07-storage/undo/undo-storage.js';
import { editFstab } from '../../../../src/cluster/storage/fstab.js';
import { CommandFailedError } from '../../../../src/hosts/errors.js';
import { FakeHost } from '../../../fakes/fake-host.js';
import { FakeHostPool } from '../../../fakes/fake-host-pool.js';
import { FakeJobs } from '../../../fakes/fake-jobs.js';
import { aTarget } from '../../../support/builders.js';

const moves = ['kubelet', 'containerd'].map((unit) => ({
  from: `/var/lib/${unit}`,
  to: `/data/${unit}`,
  unit,
}));
const target = aTarget({ layout: 'bind', path: 'migrate', moves });
const input = (jobKey: string) => ({
  host: { kind: 'local' as const, name: 'worker1', cluster: 'akash' },
  target,
  jobKey,
});

const root = 'UUID=1 / ext4 defaults 0 1\n';
const recordFile = '/var/lib/slipway/storage/before.json';
const mkconfs = `ARRAY /dev/md9 UUID=1:2:3:4\n`;
const looking = /FILE=/;
const undoing = /umount/;

let host: FakeHost;
let jobs: FakeJobs;
let units: 'active' | 'inactive';

const sha = (text: string) => createHash('sha256').update(text).digest('hex');
const text = (path: string) => host.files.get(path)?.content;
const write = (path: string, content: string) => host.files.set(path, { content, mode: 0o644 });

/** A worker whose files are the fake's, and whose units are all running or all stopped. */
beforeEach(() => {
  units = 'active';
  jobs = new FakeJobs();
  host = new FakeHost('worker1')
    .when(looking, () =>
      ['/etc/fstab', '/etc/mdadm/mdadm.conf']
        .filter((path) => host.files.has(path))
        .map((path) => `FILE=${sha(text(path) ?? '')} 644 0:0 ${path}\n`)
        .join(''),
    )
    .when(/systemctl show -p Id,/, () => {
      const shown = ['kubelet', 'containerd'].map(
        (name) =>
          `Id=${name}.service\nLoadState=loaded\nActiveState=${units}\nUnitFileState=${units === 'active' ? 'enabled' : 'disabled'}\n`,
      );
      return `3600.00\n\n${shown.join('\n')}`;
    })
    .when(/cp -p (\S+) (\S+)\.new/, ({ match }) => {
      const [, path = '', backup = ''] = match;
      const kept = host.files.has(backup) ? 'kept\n' : '';
      if (kept === '') write(backup, text(path) ?? '');
      return `${kept}${sha(text(backup) ?? '')}\n`;
    })
    .when(/^sha256sum < (\S+) \|\| true/, ({ match }) => sha(text(match[1] ?? '') ?? ''))
    .when(/is mounted/, '')
    .when(/our_array/, '')
    .when(/switched\(\)/, '')
    .when(undoing, ({ script }) => {
      units = 'active';
      if (script.includes('cp -p /etc/fstab.slipway')) write('/etc/fstab', root);
      const own = /printf '%s' ('[^']*') > "\$path\.slipway-undo"/.exec(script)?.[1];
      if (own !== undefined) write('/etc/fstab', own.slice(1, -1));
      return '';
    })
    .when(/if cmp -s .*rm -f/s, () => {
      host.files.delete(recordFile);
      return '';
    });
  write('/etc/fstab', root);
  write('/etc/mdadm/mdadm.conf', mkconfs);
});

const environment = () => new MockActivityEnvironment();
const backUp = () => environment().run(backUpFstab({ hosts: new FakeHostPool([host]) }), input('back-up-1'));
const undo = (): Promise<StepResult> =>
  environment().run(undoStorage({ hosts: new FakeHostPool([host]), jobs }), input('undo-1'));

function editTheFstab(): void {
  const edited = editFstab({ fstab: text('/etc/fstab') ?? '', target, binds: false });
  if (edited.kind !== 'text') throw new Error(edited.why);
  write('/etc/fstab', edited.text);
}

describe('backUpFstab', () => {
  it('records how it was once, and keeps that through a second run that finds the units stopped', async () => {
    expect(await backUp()).toMatchObject({ outcome: 'changed' });
    const record = text(recordFile);
    expect(JSON.parse(record ?? '')).toMatchObject({ units: [{ active: 'active' }, { enabled: 'enabled' }] });
    units = 'inactive';
    expect(await backUp()).toMatchObject({ outcome: 'unchanged' });
    expect(text(recordFile)).toBe(record);
    editTheFstab();
    await backUp();
    expect(text(recordFile)).toBe(record);
    expect(text(`/etc/fstab.slipway-${sha(root).slice(0, 8)}`)).toBe(root);
  });

  it('records nothing on a host on which a version without a record has begun step 7', async () => {
    editTheFstab();
    expect(await backUp()).toEqual({ outcome: 'unchanged', summary: 'backed up before it was updated' });
    expect(text(recordFile)).toBeUndefined();
  });
});

describe('undoStorage', () => {
  it('says the same when its answer is lost after it has forgotten the record', async () => {
    await backUp();
    editTheFstab();
    units = 'inactive';
    host.loseNextRun('after', /if cmp -s/);
    await expect(undo()).rejects.toMatchObject({ type: 'ConnectionLostError' });
    expect(text(recordFile)).toBeUndefined();
    const again = await undo();
    expect(again).toMatchObject({
      outcome: 'changed',
      summary: expect.stringMatching(/^Step 7 was undone: \/etc\/fstab and .* as they were/) as string,
    });
    expect(jobs.started).toEqual(['undo-1']);
    expect(text('/etc/fstab')).toBe(root);
    const [script] = host.scripts(undoing);
    expect(script).toMatch(/systemctl start containerd.service\nsystemctl start kubelet.service$/);
  });

  it('does it again when a restart has cut it off', async () => {
    await backUp();
    units = 'inactive';
    jobs.cutOffNext('rebooted');
    await expect(undo()).rejects.toMatchObject({ type: 'ConnectionLostError', nonRetryable: false });
    expect(await undo()).toMatchObject({ outcome: 'changed' });
    expect(units).toBe('active');
  });

  it('names what is not as it was when it fails, with the reason', async () => {
    await backUp();
    editTheFstab();
    units = 'inactive';
    host.failNextRun(
      new CommandFailedError(
        'exit 1',
        { host: 'worker1', output: 'refused: /data cannot be unmounted.' },
        65,
      ),
      undoing,
    );
    await expect(undo()).rejects.toMatchObject({
      type: 'RefusedError',
      message:
        'Refused on worker1: /data cannot be unmounted. Not as it was: /etc/fstab is not as it was. ' +
        'kubelet was enabled before. containerd was enabled before. kubelet was active before. containerd was active before.',
    });
    expect(text(recordFile)).toBeDefined();
  });

  it('is not content with an exit code: a unit that does not run again is told', async () => {
    await backUp();
    units = 'inactive';
    host.when(undoing, '');
    await expect(undo()).rejects.toMatchObject({
      type: 'NotProvenError',
      message: expect.stringContaining('kubelet was active before.') as string,
    });
  });

  it('takes out its own lines only, and says so, when somebody else has changed the file since', async () => {
    await backUp();
    editTheFstab();
    write('/etc/fstab', `# by hand\n${text('/etc/fstab') ?? ''}`);
    const { summary } = await undo();
    expect(text('/etc/fstab')).toBe(`# by hand\n${root}`);
    expect(summary).toContain(
      `/etc/fstab was changed by somebody else too: only Slipway's own lines were taken out; how it was is in /etc/fstab.slipway-${sha(root).slice(0, 8)}.`,
    );
  });

  it('without a record undoes only what is marked, and says what it leaves', async () => {
    editTheFstab();
    units = 'inactive';
    host.when(undoing, ({ script }) => {
      expect(script).not.toMatch(/systemctl (enable|start)/);
      write('/etc/fstab', root);
      return '';
    });
    const { summary } = await undo();
    expect(summary).toContain('by a version that kept no record');
    expect(summary).toContain('kubelet and containerd stay as they are');
  });

  it('touches nothing once data is on the array', async () => {
    await backUp();
    host.when(/switched\(\)/, '/var/lib/kubelet\n/var/lib/kubelet.slipway-old\n');
    expect(await undo()).toEqual({
      outcome: 'unchanged',
      summary:
        'Nothing of step 7 was undone, because the data of /var/lib/kubelet is on the array already; ' +
        'kept: /var/lib/kubelet.slipway-old. Run the procedure again to finish it.',
    });
    expect(jobs.started).toEqual([]);
  });
});
