import { describe, expect, it } from '@jest/globals';
import { inspectScript } from './inspect-script.ts';

const inspect = (script: string | null) => inspectScript({ name: 'test', collection: 'Users', script });

describe('Inspecting a script', () => {
  it('finds targets as RavenDB does: by text, comments and strings included, each once', () => {
    const script = `/* loadToX( */ var s = "loadToZed("; loadToUsers(this); loadToUsers (1); loadTo('People', {}); loadTo("Order_Lines", {})`;
    expect(inspect(script).targets).toEqual(['X', 'Zed', 'Users', 'People', 'Order_Lines']);
  });

  it('says whether documents keep their ids, ignoring case', () => {
    expect(inspect('loadTousers(this)').keepsId).toBe(true);
    expect(inspect('loadToPeople(this)').keepsId).toBe(false);
  });

  it.each([null, '', ' \n\t'])('takes a blank script (%j) as documents passing unchanged', (script) => {
    expect(inspect(script)).toMatchObject({ passesThrough: true, keepsId: true, problems: [] });
  });

  it('takes a script of nothing but delete behaviours as documents passing unchanged', () => {
    expect(inspect('function deleteDocumentsBehavior() { return false }')).toMatchObject({
      passesThrough: true,
      deleteBehaviors: ['deleteDocumentsBehavior'],
      problems: [],
    });
  });

  it.each([
    ['eval("1")'],
    ['new Function("return 1")()'],
    ['globalThis["load"]("x")'],
    ['(() => 1).constructor("return load")()'],
    ['Reflect.get({}, "x")'],
  ])('sees that %s may run code that is not in the text, and then assumes load', (code) => {
    expect(inspect(`${code}; loadToUsers({})`)).toMatchObject({
      usesDynamicCode: true,
      usesLoad: true,
      fields: null,
    });
  });

  it.each([
    ['this.A[this.B]', true],
    ['`${this[`A${1}`]}`', true],
    ['(function () { return this.A })()', true],
    ['({ [this.A]: 1 })', true],
    ["this['A'][0].B", false],
    ['this.A.map((one) => one.B)', false],
    ['(function (one) { return one.A })(this)', false],
  ])(
    'sees whether %s looks names up that are not written out, or may reach the global object',
    (code, expected) => {
      expect(inspect(`loadToUsers({ A: ${code} })`).usesComputedNames).toBe(expected);
    },
  );

  it('sees load wherever it is named, and not where it is somebody else’s', () => {
    expect(inspect('const l = load; loadToUsers(l(this.X))').usesLoad).toBe(true);
    expect(inspect('loadToUsers({ load: this.load })').usesLoad).toBe(false);
  });

  it.each([
    ['loadToUsers({\n  a: })', 2, 6, /syntax error/],
    ['loadToUsers(this) var x', 1, 19, /syntax error/],
    ['import x from "y"; loadToUsers(x)', 1, 1, /import and export/],
    ['loadToUsers(await 1)', 1, 13, /only possible in an async function/],
    ['with (this) loadToUsers({})', 1, 1, /syntax error/],
    ['var x = 1', 1, 1, /no loadTo<CollectionName>\(\)/],
    ["loadTo ('Users', this)", 1, 1, /without blanks/],
    ['loadToUsers({\n a: nope(1) })', 2, 5, /unknown function nope$/],
    ['loadToUsers({\n a: parseint(1) })', 2, 5, /unknown function parseint: did you mean parseInt\?/],
    ['loadToUsers({\n a: lod(1) })', 2, 5, /unknown function lod: did you mean load\?/],
    ['\nloadtoOrders(this)', 2, 1, /^unknown function loadtoOrders: did you mean loadToOrders\?/],
    ['loadToUsers({ a: counter(this, "x") })', 1, 18, /counter is not supported/],
    ['x;\nreplicateToUsers(this)', 2, 1, /write loadToUsers/],
    ['loadToUsers(this);\nloadTosparkKeys({})', 2, 7, /collection of Spark's own/],
    ["loadTo('ModuleInformations', {})", 1, 9, /collection of Spark's own/],
    [
      'function deleteDocumentsBehavior() {}\nfunction deleteDocumentsBehavior() {}',
      2,
      10,
      /already been declared/,
    ],
    ['function deleteDocumentsOfusersBehavior() {}\nloadToUsers(this)', 1, 1, /are Users, not users/],
  ])('refuses %j with its place', (script, line, column, reason) => {
    const [problem] = inspect(script).problems;
    expect(problem).toEqual({ reason: expect.stringMatching(reason), line, column });
  });

  it('refuses a script over 64 KiB and one with NUL', () => {
    expect(inspect(`loadToUsers(this) //${'x'.repeat(65 * 1024)}`).problems[0]?.reason).toMatch(
      /at most 65536/,
    );
    expect(inspect('loadToUsers(this) //\0').problems[0]?.reason).toMatch(/NUL/);
  });

  it('accepts return at the top level, modern syntax and functions of the script’s own', () => {
    const script = `if (!this.A) return;
      const pick = ({ A, ...rest }) => rest?.B ?? \`\${A}\`;
      class Box { #v = 1; get v() { return this.#v } }
      for (const [k, v] of Object.entries({ a: 1n ** 2n })) continue;
      loadToUsers({ a: pick({}), b: new Box().v })`;
    expect(inspect(script).problems).toEqual([]);
  });
});
