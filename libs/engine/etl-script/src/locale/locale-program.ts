/**
 * The language-dependent methods that scripts see, as text: an expression whose value is `addLocales(inLocale)`. It replaces the
 * built-ins that are stubs in QuickJS; `inLocale` asks the host, see Locales.
 */
export const LOCALE_PROGRAM = String.raw`(function (inLocale) {
"use strict";
const { stringify } = JSON, { apply } = Reflect, { is } = Object, toText = String;
const stringProto = String.prototype, numberProto = Number.prototype, dateProto = Date.prototype;
const { getTime, toString, toTimeString } = dateProto, { valueOf } = numberProto;
const LONGEST = 262144, TooLong = RangeError;
const ask = (what, values, locales, options) => {
  const question = stringify({ what, values, locales: locales ?? null, options: options ?? null });
  if (question.length > LONGEST) throw new TooLong('what is compared or written as a language does has at most ' + LONGEST + ' characters');
  return inLocale(question);
};
const askOfDate = (what, date, locales, options) => {
  const time = apply(getTime, date, []);
  return time !== time ? 'Invalid Date' : ask(what, [toText(time)], locales, options);
};
const withZone = (text) => (text === 'Invalid Date' ? text : text + ' (Coordinated Universal Time)');
const methods = [
  [stringProto, { localeCompare(other, locales, options) { return +ask('compare', [toText(this), toText(other)], locales, options); } }],
  [numberProto, { toLocaleString(locales, options) {
    const number = apply(valueOf, this, []);
    return ask('number', [is(number, -0) ? '-0' : toText(number)], locales, options);
  } }],
  [dateProto, {
    toLocaleDateString(locales, options) { return askOfDate('date', this, locales, options); },
    toLocaleTimeString(locales, options) { return askOfDate('time', this, locales, options); },
    toLocaleString(locales, options) { return askOfDate('date and time', this, locales, options); },
    toString() { return withZone(apply(toString, this, [])); },
    toTimeString() { return withZone(apply(toTimeString, this, [])); },
  }],
];
for (const [proto, added] of methods) for (const name of Object.keys(added)) proto[name] = added[name];
})`;
