import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { blocksOf as codeOf, markdownPages } from './read-blocks.ts';

const root = join(import.meta.dirname, '..', '..');

const pages = markdownPages(root);

const textOf = (page: string) => readFileSync(join(root, page), 'utf8');
const withoutCode = (text: string) => text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');

/** The anchors that a heading has on the usual hosts. */
function anchorsOf(text: string): string[] {
  const headings = text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#{1,6} (.+)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function brokenLinks(page: string): string[] {
  const links = [...withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links
    .filter((link) => !/^(https?|mailto):/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(root, target))) return true;
      if (anchor === undefined || statSync(join(root, target)).isDirectory()) return false;
      return target.endsWith('.md') && !anchorsOf(textOf(target)).includes(anchor);
    });
}

/** A block of TypeScript: what it takes from where, and what it speaks of. */
interface Block {
  readonly page: string;
  readonly code: string;
  readonly imported: ReadonlySet<string>;
}

const IMPORT = /^import (?:type )?\{([^}]*)\} from/gm;

function blocksOf(page: string): Block[] {
  return codeOf(root, page).map(({ code }) => {
    const lists = [...code.matchAll(IMPORT)].map(([, list = '']) => list);
    const names = lists
      .flatMap((list) => list.split(','))
      .map((name) => name.replace(/^\s*type /, '').trim());
    return { page, code, imported: new Set(names) };
  });
}

/** The names that a block speaks of, outside comments and texts. */
function namesIn(code: string): Set<string> {
  const plain = code
    .replaceAll(IMPORT, '')
    .replaceAll(/\/\/.*$/gm, '')
    .replaceAll(/'[^'\n]*'|`[^`]*`/g, '');
  return new Set([...plain.matchAll(/(?<![.\w])[A-Za-z]\w*/g)].map(([name]) => name));
}

const isDeclaredIn = (code: string, name: string) =>
  new RegExp(`\\b(class|function|const|let|interface|type)\\s+${name}\\b`).test(code);

/** What prints something, or shows how. */
const sources = ['libs', 'apps', 'tools', 'examples'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:ts|py|js)$/.test(file) && !/(?:node_modules|dist|\.spec\.ts$)/.test(file))
    .map((file) => join(folder, file)),
);

/** A command line that starts with the name of the binary, but for `npx -p @nestjs-spark/cli nestjs-spark …`. */
const BARE_COMMAND =
  /(?<!@nestjs-spark\/cli )(?<![@\w/-])nestjs-spark (?:init|servers|nats|etl|verify|keys|jobs|dataflow|config|COMMAND|-|…|\$)\S*/g;

describe('the documents', () => {
  it('are found', () => {
    expect(pages.length).toBeGreaterThan(50);
  });

  it.each(pages.map((page) => [page]))('%s: every link leads somewhere', (page) => {
    expect(brokenLinks(page)).toEqual([]);
  });

  it('name the scope of whatever npx fetches, but for tools of this repository', () => {
    const fetched = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\bnpx (?:--?\S+ )*([\w@][^\s`]*)/g)].map(
        ([, name = '']) => `${page}: ${name}`,
      ),
    );
    expect(fetched.length).toBeGreaterThan(5);
    const isKnown = (name: string) => ['changeset', 'node'].some((tool) => name.endsWith(`: ${tool}`));
    expect(fetched.filter((one) => !/: @[\w-]+\/[\w-]+(@\S+)?$/.test(one) && !isKnown(one))).toEqual([]);
  });

  it('name the package of the command line, as messages do: its bare name belongs to nobody on npm', () => {
    const told = [...pages, ...sources].flatMap((page) =>
      [...textOf(page).matchAll(BARE_COMMAND)].map(([command]) => `${page}: ${command}`),
    );
    expect('Run nestjs-spark keys make HR, or npx nestjs-spark verify'.match(BARE_COMMAND)).toHaveLength(2);
    expect(sources.length).toBeGreaterThan(500);
    expect(told).toEqual([]);
  });

  it('name no variable that is missing in the table of the environment', () => {
    const known = textOf('docs/reference/environment.md');
    const streams = textOf('docs/reference/documents-and-subjects.md');
    const named = pages
      .filter((page) => /^docs\/(guides|operating|start)\//.test(page))
      .flatMap((page) => textOf(page).match(/\b(SPARK_[A-Z_]+[A-Z]|RAVENDB_[A-Z]+|NATS_URL)\b/g) ?? [])
      .filter((name) => !streams.includes(name));
    expect(named.length).toBeGreaterThan(20);
    expect([...new Set(named)].filter((name) => !new RegExp(`\\b${name}\\b`).test(known))).toEqual([]);
  });

  it('import in every block of TypeScript what others import', () => {
    const blocks = pages.flatMap(blocksOf);
    const known = new Set(
      blocks.flatMap(({ imported }) => [...imported]).filter((name) => /^[A-Z]/.test(name)),
    );
    expect(known.size).toBeGreaterThan(30);
    const missing = blocks.flatMap(({ page, code, imported }) =>
      [...namesIn(code)]
        .filter((name) => known.has(name) && !imported.has(name) && !isDeclaredIn(code, name))
        .map((name) => `${page}: ${name}`),
    );
    expect(missing).toEqual([]);
  });
});

describe('the table of the environment', () => {
  const rows = [...textOf('docs/reference/environment.md').matchAll(/^\| (`[A-Z][^|]*)\| ([^|]*)\|/gm)];
  const named = new Set(
    rows.flatMap(([, , cell = '']) => [...cell.matchAll(/`([\w.]+)`/g)].map(([, name]) => name)),
  );

  it.each([
    [
      'libs/systems/replication/src/settings/options.ts',
      'SparkReplicationOptions',
      /\bSPARK_[A-Z_]+|\bNATS_URL/,
    ],
    ['libs/wiring/store/src/choose/options.ts', 'SparkStoreOptions', /\bSPARK_STORE\b/],
  ])('%s: names each option of %s that a variable stands for', (file, type, variable) => {
    const [, body = ''] =
      new RegExp(`interface ${type} \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(textOf(file)) ?? [];
    const options = [...body.matchAll(/\/\*\*([\s\S]*?)\*\/\s*(\w+)\?/g)];
    const settable = options.filter(([, words = '']) => variable.test(words)).map(([, , name = '']) => name);
    expect(settable.length).toBeGreaterThan(0);
    expect(settable.filter((name) => !named.has(name))).toEqual([]);
  });
});
