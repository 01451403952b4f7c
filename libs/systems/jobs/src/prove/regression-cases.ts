/** A script and documents whose result must not change. */
export interface RegressionCase {
  name: string;
  script: string;
  documents: { id: string; document: object }[];
  /** SHA-256 of its result with this version of the script language. */
  sha256: string;
}

const ORDERS = [
  {
    id: 'orders/1',
    document: {
      Total: 12.5,
      Lines: [
        { Sku: 'a', Count: 2 },
        { Sku: 'b', Count: 1 },
      ],
      Customer: 'customers/1',
    },
  },
  { id: 'orders/2', document: { Total: -0, Lines: [], Customer: 'customers/2', Note: 'ß\u2028\t"日本"' } },
  { id: 'customers/1', document: { Name: 'Ann' } },
];

/** Each covers another part of the language. The results do not depend on time, chance or locale. */
export const REGRESSION_CASES: readonly RegressionCase[] = [
  {
    name: 'fields are projected',
    script: 'loadToTotals({ Total: this.Total, Note: this.Note });',
    documents: ORDERS,
    sha256: '85abd7de288f4787c0e1e941844c1f91c57a93b498a7b771cca0cc1bfdee6ce2',
  },
  {
    name: 'nested lists are flattened',
    script: 'for (const line of this.Lines || []) loadToLines({ Sku: line.Sku, Count: line.Count * 2 });',
    documents: ORDERS,
    sha256: 'b2907f2dfbf55d9ad5e6778d066116887b42d0b1c9dc82c822e0499643bf92c0',
  },
  {
    name: 'other documents are loaded',
    script:
      'const customer = this.Customer && load(this.Customer); loadToNames({ Name: customer ? customer.Name : null });',
    documents: ORDERS,
    sha256: '4d30056e0c9423abfc173d064368432848a529cb59de43c2ea8aa99d92dce0c9',
  },
  {
    name: 'a failure has its place and its reason',
    script: 'if (this.Name) throw new Error("not an order");\nloadToTotals({ Total: this.Total });',
    documents: ORDERS,
    sha256: '4b542e229c28f20e925aac409b6efbcaba00601220aa05e1309803eae6cebe01',
  },
  {
    name: 'values of the language are written as JSON has them',
    script:
      'loadToValues({ a: [1, undefined, null], b: 1e21, c: 0.1 + 0.2, d: "\\u0000\\u00fc", e: this.Total > 1 });',
    documents: ORDERS,
    sha256: '2ad6b7da709776a9dc726a184c99f45cf83e3d326567e51896fbef85c70f1cbe',
  },
];
