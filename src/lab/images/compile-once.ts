/** Where a machine keeps what Python has compiled out of archives. */
export const compiledFolder = '/var/cache/lab-compiled';

/**
 * Ansible sends each module as sources in an archive, which Python compiles anew for each task. Under emulation that is ten
 * of the thirteen seconds of a task; so what was compiled once is kept, under the hash
 * by which Python itself knows a source again.
 */
export const compileOnce = `# Of the lab: what Python compiles out of an archive is kept.
import _imp
import marshal
import os
import zipimport
from _frozen_importlib_external import MAGIC_NUMBER

FOLDER = "${compiledFolder}"
VERSION = int.from_bytes(MAGIC_NUMBER, "little")
compile_source = zipimport._compile_source


def compile_once(path, source):
    place = path.partition(".zip")[2].replace("/", "+")
    name = os.path.join(FOLDER, f"{place}-{_imp.source_hash(VERSION, source).hex()}")
    try:
        with open(name, "rb") as file:
            return marshal.load(file)
    except (OSError, EOFError, ValueError):
        code = compile_source(path, source)
    try:
        os.makedirs(FOLDER, exist_ok=True)
        draft = f"{name}.{os.getpid()}"
        with open(draft, "wb") as file:
            marshal.dump(code, file)
        os.replace(draft, name)
    except OSError:
        pass
    return code


zipimport._compile_source = compile_once
`;
