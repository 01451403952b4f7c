/** One thing that the reader of a page does. */
export type Step =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  /** A command and the folder it is typed in, from where the first terminal was opened; one that occupies its terminal `stays`. */
  | { readonly kind: 'command'; readonly command: string; readonly folder: string; readonly stays: boolean }
  /** What the command before prints. */
  | { readonly kind: 'output'; readonly text: string };

const BLOCK = /^```(\w+)\n([\s\S]*?)^```$/gm;
const STAYS = /^(npm start|npx @nestjs-spark\/cli servers)/;

/**
 * The steps of a page in its order: `sh` blocks are typed, `ts` blocks are the files that their first line names, `json` blocks are
 * what is printed. Where a command occupies its terminal, the next one is typed in a new terminal.
 */
export function readPage(markdown: string): Step[] {
  let folder = '';
  const type = (command: string): Step[] => {
    const [, to] = /^cd (\S+)$/.exec(command) ?? [];
    if (to !== undefined) {
      folder = to;
      return [];
    }
    const stays = STAYS.test(command);
    const step: Step = { kind: 'command', command, folder, stays };
    if (stays) folder = '';
    return [step];
  };
  return [...markdown.matchAll(BLOCK)].flatMap(([, language, body = '']): Step[] => {
    if (language === 'sh') return body.trim().split('\n').flatMap(type);
    if (language === 'json') return [{ kind: 'output', text: body }];
    const [, path] = /^\/\/ (\S+)\n/.exec(body) ?? [];
    if (language !== 'ts' || path === undefined)
      throw new Error(`A block of ${language} does not say which file it is:\n${body}`);
    return [{ kind: 'file', path, text: body.slice(body.indexOf('\n') + 1) }];
  });
}
