/** Scripts over RavenDB's sample data, of every kind that people write: by collection. */
export const NORTHWIND_SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  Orders: [
    '',
    'loadToOrders(this);',
    'loadToOrders({ Company: this.Company, Freight: this.Freight, OrderedAt: this.OrderedAt, ShippedAt: this.ShippedAt });',
    'if (this.Freight > 50) loadToOrders(this);',
    'if (!this.ShippedAt) return; loadToOrders({ At: this.ShippedAt, To: this.ShipTo });',
    `var total = 0;
for (var i = 0; i < this.Lines.length; i++) {
  var line = this.Lines[i];
  total += line.Quantity * line.PricePerUnit * (1 - line.Discount);
  loadToOrderLines({ Order: id(this), Product: line.Product, Quantity: line.Quantity, Price: line.PricePerUnit });
}
loadToOrders({ Total: total, Lines: this.Lines.length });`,
    'for (const line of this.Lines) loadToOrderLines(line);',
    'this.Lines.forEach((line, place) => { line.Place = place; delete line.Discount; }); loadToOrders(this);',
    'loadToSales({ Who: load(this.Company).Name, By: load(this.Employee).LastName, Via: load(this.ShipVia)?.Name });',
    'const company = load(this.Company); loadToOrders({ Company: company, Contact: company.Contact.Name });',
    'const { Lines, ...rest } = this; loadToOrders({ Names: Object.keys(rest), Count: Lines.length });',
    'loadToOrders({ ...this, Weight: this.Lines.reduce((sum, line) => sum + line.Quantity, 0) });',
    'const byProduct = {}; for (const { Product, Quantity } of this.Lines) byProduct[Product] = (byProduct[Product] || 0) + Quantity; loadToOrders({ byProduct });',
    'this.ShipTo.City = this.ShipTo.City.toUpperCase(); this.Tags = [this.ShipTo.Country, null, 1.5]; loadToOrders(this);',
    'delete this.Lines; this.Year = new Date(this.OrderedAt).getUTCFullYear(); loadToOrders(this);',
    "loadToOrders({ Id: id(this), '@metadata': { '@collection': 'Shipments', '@expires': '2130-01-01T00:00:00.0000000Z', By: 'script' } });",
    "loadToOrders({ M: getMetadata(this)['@collection'], N: this['@metadata']['@nothing'] });",
    'loadToOrders({ A: this.Nope, B: this.Nope.Deep.er, C: this.ShipTo.Region, D: this.ShipTo.Region.length });',
    'loadToOrders({ L: this.Lines.filter(l => l.Discount > 0).map(l => l.ProductName), S: this.Lines.some(l => l.Quantity > 100) });',
    'function price(line) { return line.Quantity * line.PricePerUnit } loadToOrders({ Sum: this.Lines.map(price).reduce((a, b) => a + b, 0) });',
    "if (this.ShipTo.Country === 'Germany') { loadToGermanOrders(this); } else { loadToOrders({ C: this.ShipTo.Country }); }",
    'function deleteDocumentsOfOrdersBehavior(docId, deleted) { return !deleted } if (this.Freight > 50) loadToOrders(this);',
    'function deleteDocumentsBehavior(docId, collection, deleted) { return deleted && collection == "Orders" } if (this.Freight > 50) loadToOrders(this); loadToFreights({ F: this.Freight });',
    'function deleteDocumentsBehavior(docId) { return docId.endsWith("1-A") }',
    '/* loadToNothing(this) */ loadToOrders({ F: this.Freight * 1 });',
    'loadTo(\'Orders\', { F: this.Freight }); loadTo("Audit.Items", { Of: id(this) });',
    'loadToOrders({ Loc: this.ShipTo.Location, Lat: this.ShipTo.Location?.Latitude, Pair: [this.ShipTo.Location] });',
    'loadToOrders({ When: this.OrderedAt.substr(0, 10), Parts: this.OrderedAt.split("T"), Text: `${this.Company}: ${this.Freight}` });',
    'switch (this.Employee) { case "employees/1-A": loadToFirst(this); break; case "employees/2-A": loadToSecond({ F: this.Freight }); break; default: loadToOthers({ E: this.Employee }); }',
    'try { if (this.Freight > 100) throw new Error("heavy"); loadToOrders({ ok: true }); } catch (e) { loadToOrders({ ok: false, why: e.message }); }',
    'if (this.Freight > 100) throw new Error("heavy"); loadToOrders(this);',
  ],
  Products: [
    'loadToProducts({ Name: this.Name, Price: this.PricePerUnit, Stock: this.UnitsInStock });',
    'if (this.Discontinued) return; this.Value = this.PricePerUnit * this.UnitsInStock; loadToProducts(this);',
    'loadToProducts({ Name: this.Name, Category: load(this.Category), Supplier: load(this.Supplier).Name });',
    'for (const k in this) if (typeof this[k] === "string") this[k] = this[k].trim(); loadToProducts(this);',
    'loadToProducts({ A: this.PricePerUnit / 3, B: Math.round(this.PricePerUnit), C: this.PricePerUnit.toFixed(2), D: -this.UnitsInStock, E: 1 / 0, F: 0 / 0 });',
    'loadToCatalogue(Object.assign({}, this, { Name: this.Name.toUpperCase() }));',
  ],
  Companies: [
    'loadToCompanies(this);',
    'this.Contact = this.Contact.Name; loadToCompanies(this);',
    'loadToContacts({ ...this.Contact, Company: this.Name }); loadToCompanies({ Name: this.Name, Phone: this.Phone, Fax: this.Fax });',
    'if (/^A/.test(this.Name)) loadToCompanies({ N: this.Name.replace(/[aeiou]/g, "*"), C: this.Address.Country });',
  ],
  Employees: [
    'loadToEmployees(this);',
    'this.FullName = this.FirstName + " " + this.LastName; loadToEmployees(this);',
    'let boss = load(this.ReportsTo); const chain = []; while (boss) { chain.push(boss.LastName); boss = load(boss.ReportsTo); } loadToEmployees({ chain });',
    'loadToEmployees({ N: this.Notes, T: this.Territories.length, B: new Date(this.Birthday), H: this.HiredAt });',
    'for (const t of this.Territories) loadToTerritories({ t, by: id(this) });',
  ],
  Suppliers: [
    'loadToSuppliers(this);',
    'loadToVendors({ N: this.Name, A: [this.Address, this.Contact] }); loadToSuppliers({ H: this.HomePage });',
  ],
  Categories: ['loadToCategories(this);', 'loadToCategories({ Name: this.Name, Desc: this.Description });'],
  Regions: ['loadToRegions({ Names: this.Territories.map(t => t.Name), First: this.Territories[0] });'],
  Shippers: ['loadToshippers(this);'],
};

/** A change that every kind of script notices: filtered in and out, fields removed, added and of another type. */
export function changed(text: string, number: number): string {
  // Metadata that only the server may set is not written, or it would appear twice.
  const own = text.replace(/,"@(change-vector|flags|id|last-modified)":"[^"]*"/g, '');
  const document = `{"Added":[9007199254740993,1.0,-1e3],${own.slice(1)}`;
  const kinds = [
    () =>
      document
        .replace(/"Freight":[^,}]+/, '"Freight":1.50')
        .replace(/"Name":"[^"]*"/, '"Name":"Älg 😀\\u0001"'),
    () =>
      document
        .replace(/"Freight":[^,}]+/, '"Freight":500')
        .replace(/"ShippedAt":("[^"]*"|null)/, '"ShippedAt":null'),
    () =>
      document
        .replace(/"Discontinued":(true|false)/, '"Discontinued":true')
        .replace(/"Fax":("[^"]*"|null)/, '"Fax":{"a":[1.10,{}]}'),
  ];
  return (kinds[number % kinds.length] as () => string)();
}
