import { memberName, scanMembers } from '@nestjs-spark/contracts/internal';

export interface FieldDifference {
  sign: '+' | '-';
  text: string;
}

/** How two JSON objects differ in their top-level fields; values are compared as written, so that 1.0 is not 1. */
export function diffFields(before: string, after: string): FieldDifference[] {
  const [old, now] = [membersOf(before), membersOf(after)];
  const names = new Set([...old.keys(), ...now.keys()]);
  return [...names].flatMap((name): FieldDifference[] => {
    const [was, is] = [old.get(name), now.get(name)];
    if (was === is) return [];
    return [
      ...(was === undefined ? [] : [{ sign: '-' as const, text: `${name}: ${was}` }]),
      ...(is === undefined ? [] : [{ sign: '+' as const, text: `${name}: ${is}` }]),
    ];
  });
}

function membersOf(object: string): Map<string, string> {
  const members = new Map<string, string>();
  scanMembers(object, (member) => {
    members.set(memberName(object, member), object.slice(member.valueStart, member.valueEnd));
  });
  return members;
}
