import type { FileOptions, Host, RunOptions, RunResult } from './host.js';
import { sh, type Script } from './script.js';

/** Answers of the file scripts below; apart from the codes that the tools in them use. */
const noSuchFile = 44;

/** What every machine with a shell can do once it can run a script: files and the boot ID. */
export abstract class ScriptHost implements Host {
  abstract readonly name: string;
  abstract readonly stateFolder: string;
  abstract run(script: Script, options?: RunOptions): Promise<RunResult>;
  abstract close(): Promise<void>;

  async readFile(path: string): Promise<string | undefined> {
    const script = sh`if [ ! -e ${path} ]; then exit ${noSuchFile}; fi
cat -- ${path}`;
    const { exitCode, stdout } = await this.run(script, { accept: [0, noSuchFile], what: `read ${path}` });
    return exitCode === noSuchFile ? undefined : stdout;
  }

  /** Follows a symbolic link, and makes missing parent folders. */
  async writeFile(
    path: string,
    content: string,
    options: FileOptions = {},
  ): Promise<'written' | 'unchanged'> {
    const mode = (options.mode ?? 0o644).toString(8);
    const { stdout } = await this.run(writeScript(path, mode), { stdin: content, what: `write ${path}` });
    return stdout.trim() === 'unchanged' ? 'unchanged' : 'written';
  }

  async bootId(): Promise<string> {
    const { stdout } = await this.run(sh`cat /proc/sys/kernel/random/boot_id`, { what: 'read the boot ID' });
    return stdout.trim();
  }
}

/** The rename makes the change whole; the two syncs keep it through a power cut. */
function writeScript(path: string, mode: string): Script {
  return sh`path=$(readlink -m -- ${path})
folder=$(dirname -- "$path")
mkdir -p -- "$folder"
new=$(mktemp -- "$folder/.slipway.XXXXXXXX")
trap 'rm -f -- "$new"' EXIT
cat > "$new"
if [ -f "$path" ] && [ "$(stat -c %a -- "$path")" = ${mode} ] && cmp -s -- "$new" "$path"; then
  echo unchanged
  exit 0
fi
chmod ${mode} -- "$new"
sync -- "$new"
mv -fT -- "$new" "$path"
sync -- "$folder"
echo written`;
}
