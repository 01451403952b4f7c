import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { memberName, scanElements, scanMembers } from './scan-members.ts';

function membersOf(text: string): { name: string; value: string; whole: string }[] {
  const found: { name: string; value: string; whole: string }[] = [];
  scanMembers(text, (member) => {
    const { nameStart, valueStart, valueEnd } = member;
    const name = memberName(text, member);
    found.push({ name, value: text.slice(valueStart, valueEnd), whole: text.slice(nameStart, valueEnd) });
  });
  return found;
}

describe('the members of a JSON object', () => {
  it('are found with the names and values that a parser finds, in their order', () => {
    const blanks = fc.constantFrom('', ' ', '\r\n\t');
    const member = fc.tuple(fc.string(), fc.jsonValue(), blanks, fc.constantFrom(undefined, 2));
    fc.assert(
      fc.property(fc.array(member), blanks, (members, around) => {
        const written = members.map(
          ([name, value, blank, space]) =>
            `${blank}${JSON.stringify(name)}${blank}:${blank}${JSON.stringify(value, null, space)}${blank}`,
        );
        const found = membersOf(`${around}{${around}${written.join(',')}}${around}`);
        expect(found.map(({ name, value }) => [name, JSON.parse(value)])).toEqual(
          members.map(([name, value]) => [name, JSON.parse(JSON.stringify(value))]),
        );
      }),
    );
  });

  it('are given as they are written', () => {
    expect(membersOf('{ "A" : 1.10 , "B":[ 1,{"A":"}"} ], "C":9007199254740993 }')).toEqual([
      { name: 'A', value: '1.10', whole: '"A" : 1.10' },
      { name: 'B', value: '[ 1,{"A":"}"} ]', whole: '"B":[ 1,{"A":"}"} ]' },
      { name: 'C', value: '9007199254740993', whole: '"C":9007199254740993' },
    ]);
  });

  it('are found by name also where it is written with escapes', () => {
    expect(membersOf('{"\\u0040meta\\"data":1}')).toMatchObject([{ name: '@meta"data', value: '1' }]);
  });

  it('are all given when a name appears twice', () => {
    expect(membersOf('{"A":1,"A":2}')).toMatchObject([{ value: '1' }, { value: '2' }]);
  });

  it('are found regardless of the length of a text in them', () => {
    const long = JSON.stringify('\\"x'.repeat(4_000_000));
    const [first, second] = membersOf(`{"A":${long},"B":1}`);
    expect(first?.value.length).toBe(long.length);
    expect(second).toMatchObject({ name: 'B', value: '1' });
  });

  it.each([
    ['', 'is not an object'],
    ['[]', 'is not an object'],
    ['{"A', 'ends inside a string'],
    ['{"A":[1', 'ends inside a value'],
    ['{"A":1', 'ends inside an object'],
  ])('cannot be read from something that is not an object or ends too early: %s', (text, reason) => {
    expect(() => membersOf(text)).toThrow(reason);
  });
});

describe('the elements of a JSON list', () => {
  const elementsOf = (text: string): string[] => {
    const found: string[] = [];
    scanElements(text, (start, end) => found.push(text.slice(start, end)));
    return found;
  };

  it('are found as they are written', () => {
    expect(elementsOf(' [ 1.10 ,{"A":"]"}, [ ] ,"," ] ')).toEqual(['1.10', '{"A":"]"}', '[ ]', '","']);
    expect(elementsOf('[ ]')).toEqual([]);
  });

  it.each([
    ['{}', 'is not a list'],
    ['', 'is not a list'],
    ['[1', 'ends inside a'],
    ['[1,', 'ends inside a list'],
    ['[', 'ends inside a list'],
  ])('cannot be read from something that is not a list or ends too early: %s', (text, reason) => {
    expect(() => elementsOf(text)).toThrow(reason);
  });
});
