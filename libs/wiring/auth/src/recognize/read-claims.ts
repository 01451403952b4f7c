import type { JWTPayload } from 'jose';
import { ROLES, type ApiCaller, type Role } from './api-caller.ts';

/** The names of an issuer's claims about what a caller may do. */
export interface ClaimNames {
  /** The claim with the roles: a list, or a space-separated text. */
  roles: string;
  /** The claim with the tenant. */
  tenant: string;
}

/** The content of a token, or what is wrong with it. `role` is null when none of its roles is one of ours. */
export type ReadClaims =
  { fault: string } | { caller: Omit<ApiCaller, 'role'> & { readonly role: Role | null }; fault?: undefined };

const TENANT = /^[A-Za-z0-9][\w-]{0,63}$/;
const LONGEST_SUBJECT = 256;

/** The caller described by a verified token's claims. */
export function readClaims(claims: JWTPayload, names: ClaimNames): ReadClaims {
  const { sub } = claims;
  if (typeof sub !== 'string' || sub === '' || sub.length > LONGEST_SUBJECT)
    return { fault: `sub is not a string of 1 to ${LONGEST_SUBJECT} characters` };
  const tenant = claimAt(claims, names.tenant) ?? null;
  if (tenant !== null && (typeof tenant !== 'string' || !TENANT.test(tenant)))
    return { fault: `${names.tenant} is not the name of a tenant: up to 64 letters, digits, "_" and "-"` };
  const role = highestOf(claimAt(claims, names.roles));
  return { caller: { kind: 'jwt', subject: sub, role, tenant, claims } };
}

/** A claim by its full name, which may be a URL with dots, or else by a path such as `realm_access.roles`. */
function claimAt(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>((value, key) => (hasOwn(value, key) ? value[key] : undefined), claims);
}

function hasOwn(value: unknown, key: string): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

function highestOf(given: unknown): Role | null {
  const listed: unknown[] = typeof given === 'string' ? given.split(' ') : Array.isArray(given) ? given : [];
  return ROLES.findLast((role) => listed.includes(role)) ?? null;
}
