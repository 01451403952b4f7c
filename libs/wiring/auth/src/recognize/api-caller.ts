/**
 * Roles of callers, each including those before it: a viewer reads, an editor changes its own things, an operator changes
 * everything.
 */
export const ROLES = ['viewer', 'editor', 'operator'] as const;

/** One of `ROLES`. */
export type Role = (typeof ROLES)[number];

/** Who sent a request to one of the application's own routes. */
export interface ApiCaller {
  /** How it was authenticated: by an issuer's JWT, a static token, the operator token, or not at all, because the API is open. */
  readonly kind: 'jwt' | 'token' | 'operator' | 'open';
  /** Who it is: `sub` of the JWT, the name of the static token, `operator`, or `anonymous` while the API is open. */
  readonly subject: string;
  readonly role: Role;
  /** The tenant that it is confined to; null: none. */
  readonly tenant: string | null;
  /** All claims of the JWT; empty for the other kinds. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The owner of a resource, and its tenant. */
export interface Owned {
  /** `ApiCaller.kind` of its creator: a user of the issuer may have the same name as the holder of a static token. */
  readonly kind: ApiCaller['kind'];
  /** `ApiCaller.subject` of its creator. */
  readonly subject: string;
  /** `ApiCaller.tenant` of its creator. */
  readonly tenant: string | null;
}

/** Whether a role includes another one. */
export function includesRole(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Whether a caller may read what belongs to a tenant. An operator without a tenant reads all of them. */
export function mayRead(caller: ApiCaller, { tenant }: Pick<Owned, 'tenant'>): boolean {
  return tenant === caller.tenant || (caller.tenant === null && caller.role === 'operator');
}

/** Whether a caller may change something: an editor what it owns, an operator whatever it may read. */
export function mayChange(caller: ApiCaller, thing: Owned): boolean {
  if (!mayRead(caller, thing)) return false;
  const isOwn = caller.kind === thing.kind && caller.subject === thing.subject;
  return caller.role === 'operator' || (caller.role === 'editor' && isOwn);
}

/** Anyone who has the operator token. */
export const OPERATOR: ApiCaller = {
  kind: 'operator',
  subject: 'operator',
  role: 'operator',
  tenant: null,
  claims: {},
};
