/** A problem's detail for a reader to whom its `errors` are shown as well: without the words that point to them. */
export function withoutPointing(detail: string): string {
  const said = detail.replace(/[;,]? ?\bsee errors\.?$/i, '');
  return said === detail || said === '' ? said : `${said}.`;
}
