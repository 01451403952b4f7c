import { expect, it, jest } from '@jest/globals';
import { findPage } from '../web/find-page.ts';
import { joinPages, type Page } from '../web/ui/join-pages.ts';
import { scriptLanguage } from '../web/ui/script-language.ts';
import { whoIsHere } from '../web/who-is-here.ts';

const page = (
  from: number,
  to: number,
  cursor: string | null,
  rest: Partial<Page<{ entry: number }>> = {},
) => ({
  items: Array.from({ length: to - from }, (_, at) => ({ entry: from + at })),
  cursor,
  missing: [],
  ...rest,
});

it('Pages are one list in their order, and the last says where it continues', () => {
  const joined = joinPages(page(0, 3, '3'), [page(3, 6, '6'), page(6, 7, null)]);
  expect(joined.items).toEqual(page(0, 7, null).items);
  expect(joined.cursor).toBeNull();
  expect(joinPages(page(0, 3, '3'), []).cursor).toBe('3');
});

it('What has moved to the next page because of newer entries is listed once', () => {
  expect(joinPages(page(0, 3, '3'), [page(2, 5, '6')]).items).toEqual(page(0, 5, null).items);
});

it('What is the same though it was told twice is listed once, as it was told last', () => {
  const first = { ...page(0, 2, '2'), total: 3 };
  const again = { items: [{ entry: 1, tries: 2 }, { entry: 2 }], cursor: null, missing: [] };
  const joined = joinPages<{ entry: number }, typeof first>(first, [again], ({ entry }) => String(entry));
  expect(joined).toMatchObject({
    total: 3,
    items: [{ entry: 0 }, { entry: 1, tries: 2 }, { entry: 2 }],
  });
});

it('What a page lacks, the list lacks', () => {
  const joined = joinPages(page(0, 1, '1', { missing: ['HR'] }), [
    page(1, 2, null, { missing: ['HR', 'Sales'], truncated: true }),
  ]);
  expect(joined).toMatchObject({ missing: ['HR', 'Sales'], truncated: true });
  expect(joinPages(page(0, 1, '1'), [page(1, 2, null)]).truncated).toBe(false);
});

it.each<[string, string | null, string[]]>([
  ['/', 'overview', []],
  ['/copies', 'copies', []],
  ['/copies/HR/Fleet/my%20cars', 'copy', ['HR', 'Fleet', 'my cars']],
  ['/jobs', 'jobs', []],
  ['/jobs/1', 'job', ['1']],
  ['/copies/HR', null, []],
  ['/job', null, []],
  ['/constructor', null, []],
  ['/toString', null, []],
  ['/%E0%A4%A', null, []],
])('The page of %s is %p, whatever the address says', (path, name, parts) => {
  expect(findPage(path)).toEqual(name === null ? null : { page: name, parts });
});

it('The page contains who is signed in, and tells a user whose session has ended', () => {
  const session = { name: 'ann', role: 'operator' as const, csrf: 'x', readOnly: false, title: 'Spark' };
  const nobody = { session: null, closed: false, over: false, unknown: false };
  expect(whoIsHere(JSON.stringify(session), true)).toEqual({ ...nobody, session });
  expect(whoIsHere('', false)).toEqual(nobody);
  expect(whoIsHere('', true)).toEqual({ ...nobody, over: true });
  expect(whoIsHere('{"closed":true}', false)).toMatchObject({ session: null, closed: true });
});

it('A page opened from a link on another site does not say that the session is over: the browser did not send it', () => {
  const unknown = '{"unknown":true}';
  expect(whoIsHere(unknown, true)).toMatchObject({ session: null, over: false, unknown: true });
  expect(whoIsHere(unknown, false)).toMatchObject({ session: null, over: false, unknown: false });
});

it('Scripts are highlighted without a warning in the console of the browser', () => {
  const warned = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  scriptLanguage.parser.parse('loadToCars({ "Model": this.Model, 2: `a ${this.b}`, get c() { return 1 } });');
  expect(warned.mock.calls).toEqual([]);
  warned.mockRestore();
});
