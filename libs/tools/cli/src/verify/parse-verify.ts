import { isName } from '@nestjs-spark/contracts';
import {
  nameIn,
  OPERATOR_WAY,
  readOperatorWay,
  readOptions,
  TEXT,
  type Environment,
  type Way,
} from '../ask/way.ts';
import { CliError } from '../cli-error.ts';

export interface VerifyCommand extends Way {
  owner: string;
  collection: string;
  repair: boolean;
  depth: string | null;
  task: string | null;
  /** `begin` returns immediately, `wait` when the comparison is done; `look` begins nothing. */
  mode: 'begin' | 'wait' | 'look';
}

const FLAG = { type: 'boolean' } as const;
const OPTIONS = {
  ...OPERATOR_WAY,
  of: TEXT,
  repair: FLAG,
  depth: TEXT,
  task: TEXT,
  'no-wait': FLAG,
  report: FLAG,
} as const;

/** @throws {CliError} with exit code 2 when the command is wrong; the message says what is */
export function parseVerify(argv: readonly string[], environment: Environment): VerifyCommand {
  const { values } = readOptions(argv, OPTIONS);
  const way = readOperatorWay(values, environment);
  const [owner, collection, ...more] = String(values['of'] ?? '').split('/');
  if (!isName(owner) || !collection || more.length > 0)
    throw new CliError('--of has to name an owner and its collection, as in --of Fleet/Cars.', 2);
  const depth = (values['depth'] as string | undefined) ?? null;
  if (depth !== null && depth !== 'content' && depth !== 'ids')
    throw new CliError('--depth has to be content or ids.', 2);
  const without = ['repair', 'depth', 'no-wait'].find((option) => values[option] !== undefined);
  if (values['report'] === true && without !== undefined)
    throw new CliError(
      `--report only shows the last comparison: leave out --${without}, or --report to begin one.`,
      2,
    );
  const mode = values['report'] === true ? 'look' : values['no-wait'] === true ? 'begin' : 'wait';
  return {
    ...way,
    owner,
    collection,
    repair: values['repair'] === true,
    depth,
    task: nameIn(values, 'task'),
    mode,
  };
}
