import { lines, sh, type Script } from '../script.js';
import { dropJobEnvironment, writeJobEnvironment } from './job-environment.js';
import type { JobFolder } from './job-folder.js';
import { goingDown, jobRunnerScript } from './job-runner-script.js';

/** Exit codes by which the scripts below answer; apart from those of the tools in them. */
export const jobAnswers = { notStarted: 75, busy: 76, notCutOff: 77 } as const;

/** Bytes of a log that one look brings. */
const logChunk = 64 * 1024;

/**
 * Starts the job unless it has been started, and waits until its runner says so. The job's script comes on standard input.
 * Can be repeated at any point: the runner itself makes sure that only one goes on.
 */
export function startJobScript(folder: JobFolder, attempt: string): Script {
  return lines(
    sh`mkdir -p ${folder.parent}
mkdir -p -m 700 ${folder.path}
cd ${folder.path}
[ ! -d started ] || exit 0
cat > script.${attempt}
mv script.${attempt} script
printf '%s\\n' ${jobRunnerScript(folder).text} > runner.${attempt}
mv runner.${attempt} runner`,
    launch(folder, attempt),
    sh`busy=busy-${attempt}
tries=0
while [ ! -d started ] && [ ! -e "$busy" ]; do
  tries=$((tries + 1))
  if [ "$tries" -gt 150 ]; then cat runner.log >&2; exit ${jobAnswers.notStarted}; fi
  sleep 0.2
done
[ -e "$busy" ] || exit 0
cat "$busy"
rm "$busy"
exit ${jobAnswers.busy}`,
  );
}

/**
 * The unit's name holds the attempt, so that two attempts at once do not fight over it. systemd's own ways to hand over
 * an environment show it to every user of the machine: `--setenv` in the list of processes, and whatever a unit has set
 * in `systemctl show`.
 */
function launch({ path, key }: JobFolder, attempt: string): Script {
  const unit = `slipway-job-${key}-${attempt}`;
  return sh`: >> runner.log
if [ -d /run/systemd/system ] && [ "$(id -u)" = 0 ]; then
  export HOME="\${HOME:-/root}"
  ${writeJobEnvironment(attempt)}
  systemd-run --quiet --no-block --collect --unit=${unit} --description=${`Slipway job ${key}`} \\
    sh ${`${path}/runner`} ${attempt} ${unit} < /dev/null || {
    ${dropJobEnvironment(attempt)}
    exit ${jobAnswers.notStarted} # for example while the machine shuts down
  }
else
  setsid sh ${`${path}/runner`} ${attempt} '' < /dev/null >> runner.log 2>&1 &
fi`;
}

/**
 * Shell functions that tell how a job stands, inside its folder: `absent`, `starting`, `running`, `ended CODE`,
 * `cut-off rebooted` or `cut-off killed`.
 *
 * `running`: the runner lives, or anything of its session: a killed runner may leave the script behind. The status is
 * looked for once more after the process was found gone, because it is written just before the process ends.
 */
const judgement = sh`${goingDown}
alive() {
  read -r pid start < pid
  if line=$(cat "/proc/$pid/stat" 2> /dev/null); then
    set -- \${line##*) }
    [ "\${20}" = "$start" ] || return 1
    [ "$1" = Z ] || return 0
  fi
  for file in /proc/[0-9]*/stat; do
    { read -r line < "$file"; } 2> /dev/null || continue
    set -- \${line##*) }
    if [ "$4" = "$pid" ] && [ "$1" != Z ]; then return 0; fi
  done
  return 1
}
# A status that was lost to a full disk says nothing.
ended() {
  code=
  { read -r code < status; } 2> /dev/null || return 1
  [ -n "$code" ]
}
judge() {
  if ended; then echo "ended $code"; return; fi
  if [ ! -d started ]; then echo absent; return; fi
  if [ ! -s pid ]; then echo starting; return; fi
  why=killed boot=
  read -r boot < boot-id || :
  read -r now < /proc/sys/kernel/random/boot_id
  if [ "$boot" != "$now" ]; then why=rebooted
  elif alive; then echo running; return
  fi
  if ended; then echo "ended $code"; return; fi
  # What a shutdown cut off is told apart once the machine is down: until then nothing can be started again anyway.
  if [ "$why" = killed ] && going_down; then echo running; return; fi
  echo "cut-off $why"
}
# A runner that has taken the start writes its number at once; one that has not after ten seconds never will.
judge_surely() {
  state=$(judge)
  tries=0
  while [ "$state" = starting ] && [ "$tries" -lt 50 ]; do
    tries=$((tries + 1))
    sleep 0.2
    state=$(judge)
  done
  [ "$state" != starting ] || state='cut-off killed'
}`;

/**
 * Waits up to ten seconds for something new: the job's end, or more log than the follower has read. Meanwhile it starts
 * no process, which a busy host would feel. Answers with a line of state, a line with the execution that the log belongs
 * to, a line with the log's size, and the next bytes as base64, because they may begin or end in the middle of a
 * character. The state is read before the size: an ended job's log is whole.
 */
export function lookAtJobScript({ path }: JobFolder, offset: number): Script {
  return lines(
    sh`cd ${path} 2> /dev/null || { echo absent; exit 0; }`,
    judgement,
    sh`size_of_log() { stat -c %s log 2> /dev/null || echo 0; }
judge_surely
size=$(size_of_log)
if [ "$state" = running ] && [ "$size" -le ${offset} ]; then
  read -r pid start < pid
  # Of a killed runner's script, which goes on, nothing but the log can be waited for.
  [ -d "/proc/$pid" ] || sleep 1
  timeout 10 tail --quiet --pid="$pid" --sleep-interval=0.3 --bytes=+${offset + 1} --follow=name --retry log status \
    2> /dev/null | head -c 1 > /dev/null || :
  judge_surely
  size=$(size_of_log)
fi
echo "$state"
echo "$(tail -n 1 executions 2> /dev/null)"
echo "$size"
tail -c +${offset + 1} log 2> /dev/null | head -c ${logChunk} | base64 -w 0`,
  );
}

/** Puts a cut-off job aside. A folder that is gone has been put aside already. */
export function restartJobScript({ path, parent, key }: JobFolder): Script {
  return lines(
    sh`cd ${path} 2> /dev/null || exit 0`,
    judgement,
    sh`judge_surely
case $state in
  absent) exit 0 ;;
  cut-off*) ;;
  *) echo "$state"; exit ${jobAnswers.notCutOff} ;;
esac
cd ${parent}
number=1
while [ -e ${key}.cut-"$number" ]; do number=$((number + 1)); done
mv -T ${key} ${key}.cut-"$number"
sync .`,
  );
}

/** Asks the job to end, and waits up to ten seconds for it. */
export function stopJobScript({ path }: JobFolder): Script {
  return lines(
    sh`cd ${path} 2> /dev/null || { echo idle; exit 0; }`,
    judgement,
    sh`judge_surely
if [ "$state" != running ]; then echo idle; exit 0; fi
read -r pid start < pid
if [ -s unit ]; then systemctl kill --signal=TERM "$(cat unit)"
else kill -s TERM -- "-$pid"
fi
# judge_surely has its own tries.
waited=0
while [ "$state" = running ] && [ "$waited" -lt 50 ]; do
  waited=$((waited + 1))
  sleep 0.2
  judge_surely
done
echo stopped`,
  );
}
