import type { BusGrants } from '@nestjs-spark/jetstream/internal';

/** A user in nats.conf. */
export interface AccountUser {
  name: string;
  /** Its public nkey; null: it has a password. */
  publicKey: string | null;
  /** Null: unrestricted. */
  grants: BusGrants | null;
  /** Whether it may answer requests of others. */
  answers: boolean;
}

/** The user that creates the streams. */
export const ADMINISTRATOR = 'administrator';

/** An accounts block for nats.conf. */
export function renderAccounts(account: string, users: readonly AccountUser[]): string {
  return [
    '# Made by `npx @nestjs-spark/cli nats permissions`. Include it in nats.conf, beside jetstream { … } and tls { … }.',
    ...(users.some(({ publicKey }) => publicKey === null)
      ? ['# Passwords are variables of the environment of nats-server.']
      : []),
    'accounts {',
    `  ${account} {`,
    '    jetstream: enabled',
    '    users: [',
    ...users.flatMap((user) => renderUser(user).map((line) => `      ${line}`)),
    '    ]',
    '  }',
    '}',
  ].join('\n');
}

/** The environment variable of nats-server that holds a user's password. */
export function passwordVariable(name: string): string {
  return `NATS_PASSWORD_${name.toUpperCase().replaceAll('-', '_')}`;
}

function renderUser({ name, publicKey, grants, answers }: AccountUser): string[] {
  const who =
    publicKey === null
      ? [`user: ${quote(name)}`, `password: $${passwordVariable(name)}`]
      : [`# ${name}`, `nkey: ${publicKey}`];
  return ['{', ...[...who, ...(grants ? renderGrants(grants, answers) : [])].map((line) => `  ${line}`), '}'];
}

function renderGrants({ publish, subscribe }: BusGrants, answers: boolean): string[] {
  return [
    'permissions: {',
    '  publish: { allow: [',
    ...publish.toSorted().map((subject) => `    ${quote(subject)}`),
    '  ] }',
    '  subscribe: { allow: [',
    ...subscribe.toSorted().map((subject) => `    ${quote(subject)}`),
    '  ] }',
    // An observable is answered with several messages.
    ...(answers ? ['  allow_responses: { max: -1, expires: "5m" }'] : []),
    '}',
  ];
}

function quote(text: string): string {
  return JSON.stringify(text);
}
