import { sh, type Script } from '../hosts/script.js';
import { exportHome } from './home-path.js';

/** Asks an interpreter who it is. Names alone do not tell, because version managers put launchers in PATH. */
const question =
  'import sys; from importlib.util import find_spec as find; ' +
  'print("python %d.%d" % sys.version_info[:2], "venv" if find("venv") and find("ensurepip") else "-", ' +
  'getattr(sys, "_base_executable", "") or sys.executable)';

/**
 * Every Python 3 of the machine, in the order of its PATH, then those that pyenv and uv have made, which need not be in
 * it; {@link parseInterpreters} in src/cluster/facts/interpreters.ts understands the answer. Each is started once, for at most
 * ten seconds and killed a second later, because a launcher without its version may do anything. pyenv's own launchers
 * take a third of a second each, and lead to nothing else than what it has made.
 */
export const searchPythons: Script = sh`(
${exportHome}
sed -n 's/^ID=/id /p; s/^VERSION_ID=/version /p' /etc/os-release 2>/dev/null || true
if command -v virtualenv >/dev/null 2>&1; then echo 'tool virtualenv'; fi
{
  printf '%s\n' "$PATH" | tr ':' '\n'
  printf '%s\n' /usr/local/bin /usr/bin "$HOME/.local/bin" \
    "\${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin "$HOME"/.local/share/uv/python/*/bin
} | while IFS= read -r folder; do
  if [ "$folder" = "\${PYENV_ROOT:-$HOME/.pyenv}/shims" ]; then continue; fi
  for python in "$folder"/python3 "$folder"/python3.[0-9] "$folder"/python3.[0-9][0-9]; do
    if [ ! -f "$python" ] || [ ! -x "$python" ]; then continue; fi
    real=$(readlink -f "$python")
    case \${real##*/} in python3*) echo "$real" ;; *) echo "$python" ;; esac
  done
done | awk '!seen[$0]++' | while IFS= read -r python; do
  timeout -k 1 10 "$python" -I -c ${question} </dev/null 2>/dev/null || true
done
)`;
