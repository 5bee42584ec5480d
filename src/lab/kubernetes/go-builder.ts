import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { command } from '../command.js';
import { LabError } from '../errors.js';
import { adaptedSource, programsOf, stubGoMod, type StubModule } from './go-modules.js';

/** Milliseconds for one command of Kubernetes on a busy machine. */
const longestBuild = 60 * 60_000;

/** Where `go` works. */
export interface GoSettings {
  /** What is built, for the message of a failure, such as "the lab's Kubernetes". */
  readonly what: string;
  /** Go's build cache. What is cached for Kubernetes takes gigabytes. */
  readonly cache: string;
  /** Go's cache of modules. Default: the one of this user. */
  readonly moduleCache?: string;
  /** How many packages are compiled at a time. Default 2, because one linking takes 2 GB. */
  readonly jobs?: number;
}

export interface GoModuleBuild {
  /** Where the stub modules are written, a folder each. */
  readonly workspace: string;
  /** Where the programs go; it exists. */
  readonly bin: string;
  /** Told before and after each program, with the seconds it took. */
  readonly onProgram?: (program: string, seconds?: number) => void;
}

/** Builds commands of Go modules for Linux on x86-64; others on this machine go first. */
export class GoBuilder {
  constructor(readonly settings: GoSettings) {}

  /**
   * Builds all commands of one module.
   * @throws LabError with Go's last lines
   */
  async buildModule(stub: StubModule, { workspace, bin, onProgram }: GoModuleBuild): Promise<void> {
    const folder = join(workspace, stub.name);
    await mkdir(folder, { recursive: true });
    const original = await this.#download(stub, folder);
    await writeFile(join(folder, 'go.mod'), stubGoMod(stub, await readFile(original.goMod, 'utf8')));
    const own = await ownSource(stub, original.folder);
    if (own !== undefined) await writeFile(join(folder, 'main.go'), own);
    for (const { path, program } of programsOf(stub)) {
      const began = Date.now();
      onProgram?.(program);
      await this.#build(stub, { path, output: join(bin, program), folder });
      onProgram?.(program, Math.round((Date.now() - began) / 1000));
    }
  }

  /** Builds a program whose only source is given, of Go's standard library alone. */
  async buildSource(
    { name, source }: { readonly name: string; readonly source: string },
    { workspace, bin }: GoModuleBuild,
  ): Promise<void> {
    const folder = join(workspace, name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'go.mod'), `module slipway.lab/${name}\n\ngo 1.21\n`);
    await writeFile(join(folder, 'main.go'), source);
    await this.#go(['build', '-ldflags', '-s -w', '-o', join(bin, name), '.'], { cwd: folder });
  }

  async #build(
    { linkerFlags = [], tags = [], cgo = false }: StubModule,
    { path, output, folder }: { readonly path: string; readonly output: string; readonly folder: string },
  ): Promise<void> {
    const flags = ['-s', '-w', ...linkerFlags].join(' ');
    const words = ['build', '-p', String(this.settings.jobs ?? 2), '-tags', tags.join(',')];
    await this.#go([...words, '-ldflags', flags, '-o', output, path], { cwd: folder, cgo });
  }

  /** The module's own go.mod, which tells what it replaces, and the folder of its source. */
  async #download(
    { module, version }: StubModule,
    cwd: string,
  ): Promise<{ readonly goMod: string; readonly folder: string }> {
    const printed = await this.#go(['mod', 'download', '-json', `${module}@v${version}`], { cwd });
    const { GoMod: goMod, Dir: folder } = JSON.parse(printed) as { GoMod?: string; Dir?: string };
    if (goMod === undefined || folder === undefined) {
      throw new LabError(`Go knows no source of ${module} ${version}.`);
    }
    return { goMod, folder };
  }

  async #go(
    words: readonly string[],
    { cwd, cgo = false }: { readonly cwd: string; readonly cgo?: boolean },
  ): Promise<string> {
    const { what, cache, moduleCache } = this.settings;
    const { stdout } = await command('nice', ['-n', '5', 'go', ...words], {
      what: `run go ${words[0] ?? ''} for ${what}`,
      cwd,
      env: {
        GOCACHE: cache,
        ...(moduleCache !== undefined && { GOMODCACHE: moduleCache }),
        GOFLAGS: '-mod=mod -modcacherw -trimpath',
        CGO_ENABLED: cgo ? '1' : '0',
        GOOS: 'linux',
        GOARCH: 'amd64',
      },
      timeout: longestBuild,
    });
    return stdout;
  }
}

async function ownSource({ own }: StubModule, folder: string): Promise<string | undefined> {
  if (own === undefined) return undefined;
  if ('source' in own) return own.source;
  return adaptedSource(await readFile(join(folder, 'main.go'), 'utf8'), own.withoutImports);
}
