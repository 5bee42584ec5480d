import { lines, sh, type Script } from '../script.js';
import { takeJobEnvironment } from './job-environment.js';
import { preamble } from '../shell-command.js';
import type { JobFolder } from './job-folder.js';

/**
 * A shell function, inside the job's folder: whether the machine is shutting down. At the very end systemd does not
 * answer any more; where it started the job, it did answer before, so that means the same.
 */
export const goingDown = sh`going_down() {
  case $(systemctl is-system-running 2> /dev/null) in
    stopping) return 0 ;;
    initializing | starting | running | degraded | maintenance) return 1 ;;
    *) [ -s unit ] ;;
  esac
}`;

/**
 * The program that runs on the host, apart from any connection, and runs the job's script in its turn.
 * It takes two arguments: the number of the attempt to start it, and the name of its systemd unit, if it has one.
 *
 * It may be started any number of times: `mkdir started` lets one go on. The records are on the disk before the script
 * starts, so that even a power cut cannot make a started job look like a new one. A script that fails while the machine
 * shuts down was cut off, not wrong: then no status is left, and the next look finds the job cut off.
 */
export function jobRunnerScript(folder: JobFolder): Script {
  return lines(preamble, enter(folder), lockScript(folder), takeStart, record(folder), runAndReport(folder));
}

function enter({ path }: JobFolder): Script {
  return sh`set +e # a failing command must not end the runner without a status
attempt=$1
unit=$2
cd ${path} || exit 1
if [ -n "$unit" ]; then
  ${takeJobEnvironment}
fi
terminated=
trap 'terminated=yes' TERM`;
}

/** The script inherits the lock's descriptor: should the runner be killed, the lock is held until the script ends too. */
function lockScript({ lock, key }: JobFolder): Script {
  if (lock === undefined) return sh`:`;
  return sh`mkdir -p "$(dirname ${lock})"
exec 9>>${lock}
if ! flock -n 9; then
  # Perhaps it is another start of this very job that holds the lock.
  for wait in 1 2 3 4 5; do
    [ -d started ] && exit 0
    sleep 0.2
  done
  cat ${lock} > "busy-$attempt.new"
  mv "busy-$attempt.new" "busy-$attempt"
  exit 0
fi
[ -d started ] || echo ${key} > ${lock}`;
}

const takeStart = sh`mkdir started || exit 0`;

/**
 * Without its records, as on a full disk, a job must not run: it would look cut off, and be started twice. The status gets
 * its place in advance. Fields behind the name in /proc/PID/stat: the start time is the twentieth.
 */
function record({ path }: JobFolder): Script {
  return sh`write_records() {
  if [ -n "$unit" ]; then echo "$unit" > unit || return 1; fi
  stat=$(cat /proc/$$/stat)
  set -- \${stat##*) }
  cat /proc/sys/kernel/random/boot_id > boot-id && echo "$$ \${20}" > pid.new && mv pid.new pid &&
    : >> log && echo '   ' > status-reserved && sync script boot-id pid log status-reserved started ${path} .. &&
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $attempt" >> executions && sync executions ${path}
}
write_records || { rmdir started; exit 1; }`;
}

function runAndReport({ path }: JobFolder): Script {
  return sh`${goingDown}
( cd / && exec sh -eu ${`${path}/script`} ) < /dev/null >> log 2>&1 &
child=$!
wait "$child"
code=$?
# A trapped signal ends the wait before the script has ended.
while kill -0 "$child" 2> /dev/null; do
  wait "$child"
  code=$?
done
if [ "$code" -ne 0 ]; then
  # At a shutdown the script may end a moment before this runner gets its signal.
  sleep 1
  [ -z "$terminated" ] || exit 0
  if going_down; then exit 0; fi
fi
sync
# In place, which needs no room. Where it does after all, the job goes on until there is some.
until printf '%3d\\n' "$code" 1<> status-reserved && sync status-reserved && mv status-reserved status; do sleep 1; done
sync ${path}`;
}
