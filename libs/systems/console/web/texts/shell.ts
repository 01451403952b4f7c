import { counted, duration, timeOfDay, verb } from '../format.ts';

const names = new Intl.ListFormat('en');

/** Texts of the page itself, shared by all views. */
export const shell = {
  product: 'Spark',
  skip: 'Skip to the content',
  pages: {
    overview: 'Overview',
    copies: 'Copies',
    setAside: 'Set aside',
    letters: 'Dead letters',
    scripts: 'Scripts',
    modules: 'Modules',
    audit: 'Audit',
    peers: 'Peers',
    jobs: 'Jobs',
    pipelines: 'Pipelines',
  },
  navigation: 'Pages',
  goTo: 'Go to a module, copy or page',
  goToShort: 'Go to',
  theme: 'Light or dark',
  signOut: 'Sign out',
  connected: 'Connected',
  connecting: 'Connecting…',
  lastSeen: (ms: number) => (ms < 1_000 ? 'Last seen just now' : `Last seen ${duration(ms)} ago`),
  answer: (answering: number, all: number) =>
    `${answering} of ${counted(all, 'module')} ${verb(answering, all, 'answers', 'answer')}`,
  title: (page: string, trouble: number, product: string) =>
    `${trouble > 0 ? `(${trouble}) ` : ''}${page} · ${product}`,
  notFound: 'There is no such page',
  asking: 'Asking…',
  tryAgain: 'Try again',
  cancel: 'Cancel',
  close: 'Close',
  filter: 'Filter',
  all: (many: number) => `All ${many}`,
  shownOf: (shown: number, all: number) => `${shown} of ${all} are shown: filter for others.`,
  ago: (ms: number) => (ms < 1_000 ? 'just now' : `${duration(ms)} ago`),
  never: 'never',
  none: 'none',
  unknown: 'not known',
  stale: (module: string, ms: number | null, at: string | null) =>
    at === null
      ? `${module} has not answered yet.`
      : `${module} has not answered for ${duration(ms ?? 0)}. These figures are from ${timeOfDay(at)}.`,
  /** The module is running but cannot answer the request. */
  staleThough: (module: string, at: string | null) =>
    at === null
      ? `${module} cannot report the state of this copy, and has not reported it before.`
      : `${module} cannot report the state of this copy now. These figures are from ${timeOfDay(at)}.`,
  maybeMore: 'Whether there is anything here is not known: not all modules have answered.',
  names: (modules: readonly string[]) =>
    names.format(modules.length <= 6 ? modules : [...modules.slice(0, 5), `${modules.length - 5} others`]),
  missing: (modules: readonly string[]) =>
    `${names.format(modules)} did not answer, so what is there is not listed.`,
  unnamed: (modules: readonly string[]) =>
    `${modules.join(', ')}: not asked. Add them to the modules of this console to see what is there.`,
  older: 'Older',
  truncated: 'There are more: the newest 500 of each module are listed.',
  failedToLoad: (why: string) => `This cannot be shown now: ${why}`,

  sign: {
    heading: 'Sign in',
    token: 'Token',
    hint: 'The operator token (SPARK_OPERATOR_TOKEN), or a token of your identity provider.',
    button: 'Sign in',
    wrong: 'This token is not valid.',
    closed: 'Nobody can sign in here: set SPARK_OPERATOR_TOKEN, or import SparkAuthModule with an issuer.',
    ended: 'Your session has ended. Sign in again.',
  },

  help: {
    heading: 'Keys',
    items: [
      ['Ctrl K', 'Go to anything'],
      ['/', 'Filter'],
      ['g o', 'Overview'],
      ['g c', 'Copies'],
      ['g s', 'Set aside'],
      ['g d', 'Dead letters'],
      ['g p', 'Scripts'],
      ['g m', 'Modules'],
      ['g n', 'Peers'],
      ['g j', 'Jobs'],
      ['g l', 'Pipelines'],
      ['g a', 'Audit'],
      ['↑ ↓ or j k', 'Move through a list'],
      ['x', 'Choose'],
      ['r', 'Run again'],
      ['Ctrl Enter', 'Try the script'],
      ['t', 'Light or dark'],
      ['?', 'These keys'],
      ['Esc', 'Close'],
    ] as const,
  },
};
