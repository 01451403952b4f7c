import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@nestjs-spark/servers/testing';
import { environment, Project } from './project.ts';
import type { Step } from './read-page.ts';
import type { Registry } from './registry.ts';

const run = promisify(execFile);
const CLI = join(import.meta.dirname, '..', '..', 'libs', 'tools', 'cli', 'dist', 'main.js');
const MINUTE = 60_000;

/** What the newcomer has that the page does not know of. */
interface Surroundings {
  /** A running server; the page starts one of its own. */
  readonly natsUrl: string;
  /** The ports of this run by those of the page. */
  readonly ports: ReadonlyMap<string, string>;
  /** A project that has everything installed that the page asks for; null: the page's own is installed. */
  readonly installed: Project | null;
}

/**
 * Follows a page word by word, with what a test has to put in place of the registry and of fixed ports: packages come from
 * a registry of its own, the command line from this repository's build, and applications are built by `tsc` without the tools that they do
 * not need for that (`nest start` does the same).
 */
export class Newcomer {
  readonly #folder: string;
  readonly #registry: Registry;
  readonly #around: Surroundings;
  readonly #projects = new Map<string, Project>();
  #last: () => Promise<string> = () => Promise.resolve('');

  constructor(folder: string, registry: Registry, around: Surroundings) {
    this.#folder = folder;
    this.#registry = registry;
    this.#around = around;
  }

  async follow(step: Step): Promise<void> {
    if (step.kind === 'file') writeFileSync(join(this.#folder, step.path), step.text);
    else if (step.kind === 'output') await this.#sees(step.text);
    else await this.#type(step.command, step.folder);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#projects.values()].map((project) => project.stop()));
  }

  async #type(command: string, folder: string): Promise<void> {
    if (command === 'npx @nestjs-spark/cli servers nats') return;
    if (command === 'npm install') return this.#install(folder);
    if (command === 'npm start') return this.#start(folder);
    const [, asked] = /^npx @nestjs-spark\/cli (.*)$/.exec(command) ?? [];
    if (asked !== undefined) {
      await run(process.execPath, [CLI, ...asked.split(' ')], { cwd: this.#in(folder), env: environment });
      return;
    }
    const typed = [...this.#around.ports].reduce(
      (text, [port, here]) => text.replaceAll(`localhost:${port}`, `localhost:${here}`),
      command.replace(/^npx /, 'npx --yes --prefer-offline '),
    );
    const shell = async () => {
      const words = ['-c', typed.replace(/^curl /, 'curl --silent --show-error --fail-with-body ')];
      return (await run('sh', words, { cwd: this.#in(folder), env: environment })).stdout;
    };
    await shell();
    this.#last = shell;
  }

  /** Copies arrive when they arrive, so the reader types the last command again until it shows what the page says. */
  async #sees(text: string): Promise<void> {
    const expected = JSON.stringify(JSON.parse(text));
    const look = async () => {
      const seen = await this.#last();
      if (seen !== expected) throw new Error(`The page says ${expected}, and this is printed: ${seen}`);
    };
    await eventually(look, { timeoutMs: MINUTE });
  }

  /** The applications need the same packages, which are installed once. */
  async #install(folder: string): Promise<void> {
    const first = this.#around.installed ?? [...this.#projects.values()][0];
    const project = new Project(this.#in(folder), this.#registry);
    this.#projects.set(folder, project);
    if (first) project.use(first);
    else await project.install();
  }

  async #start(folder: string): Promise<void> {
    const project = this.#projects.get(folder);
    if (!project) throw new Error(`${folder} is started before anything was installed in it`);
    await project.compile('--project', 'tsconfig.build.json', '--types', 'node');
    // What .env says of ports and NATS gives way to the environment, as everywhere.
    const port = this.#around.ports.get(folder === 'billing' ? '3001' : '3000') ?? '';
    project.start({ PORT: port, NATS_URL: this.#around.natsUrl });
    const live = async () => {
      const answer = await fetch(`http://localhost:${port}/health/live`);
      if (!answer.ok) throw new Error(`${answer.status} ${project.log}`);
    };
    await eventually(live, { timeoutMs: 2 * MINUTE });
  }

  #in(folder: string): string {
    const path = join(this.#folder, folder);
    if (!existsSync(path)) throw new Error(`The page has not made ${folder} yet`);
    return path;
  }
}
