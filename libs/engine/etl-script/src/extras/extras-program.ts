/**
 * The code inside the sandbox for attachments, counters and time series, as text: an expression whose value is
 * `makeExtras(host)`. It returns functions for the global object and the calls that a batch makes around the user's script.
 * Additions leave as `+{…}` lines; the host only takes names from them, and looks those up itself.
 */
export const EXTRAS_PROGRAM = String.raw`(function () {
"use strict";
const { stringify } = JSON;
const { keys, getPrototypeOf, create } = Object;
const { apply } = Reflect;
const isArray = Array.isArray;
const RealMap = Map, mapGet = Map.prototype.get, mapSet = Map.prototype.set;
const RealDate = Date, dateProto = Date.prototype, getTime = Date.prototype.getTime, toISO = Date.prototype.toISOString;
const lower = String.prototype.toLowerCase, test = RegExp.prototype.test, endsWith = String.prototype.endsWith, toText = String;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z?$/;
const NONE = [];

return function makeExtras({ config, behaviors, emit }) {
  const { ownTargets, counterBehavior, timeSeriesBehavior } = config;
  // A copy with thousands of attachments is a script's mistake, or worse: each is sent, however often it is the same.
  const MOST = 4096;
  let attachments, counters, timeSeries, loads, ownLoaded, issued, added;

  const listOf = (value) => (isArray(value) ? value : NONE);
  const same = (a, b) => apply(lower, toText(a), []) === apply(lower, b, []);
  function find(list, name, nameOf) {
    for (let i = 0; i < list.length; i++) if (same(nameOf(list[i]), name)) return i;
    return -1;
  }
  const itself = (value) => value, nameOfAttachment = (value) => value.Name;
  const isName = (count, value) => count === 1 && typeof value === 'string';

  function refer(text, reference) {
    apply(mapSet, issued ??= new RealMap(), [text, reference]);
    return text;
  }

  function dateOf(value, which) {
    if (typeof value === 'object' && value !== null && getPrototypeOf(value) === dateProto) return apply(toISO, value, []);
    if (typeof value === 'string' && apply(test, DATE_TIME, [value])) {
      const date = new RealDate(apply(endsWith, value, ['Z']) ? value : value + 'Z');
      if (date - date === 0) return apply(toISO, date, []);
    }
    throw new TypeError('loadTimeSeries(timeSeriesName, from, to): ' + which + ' must be a Date or a DateTime string');
  }

  const functions = {
    hasAttachment(name) {
      if (!isName(arguments.length, name)) throw new TypeError('hasAttachment(name) must be called with one argument (string)');
      return find(attachments, name, nameOfAttachment) >= 0;
    },
    getAttachments() {
      if (arguments.length > 0) throw new TypeError('getAttachments() must be called without any argument');
      const found = [];
      for (let i = 0; i < attachments.length; i++) found[i] = { ...attachments[i] };
      return found;
    },
    loadAttachment(name) {
      if (!isName(arguments.length, name)) throw new TypeError('loadAttachment(name) must have a single string argument');
      const at = find(attachments, name, nameOfAttachment);
      if (at < 0) return null;
      return refer('$attachment/' + attachments[at].Name, { kind: 'attachment', at });
    },
    hasCounter(name) {
      if (!isName(arguments.length, name)) throw new TypeError('hasCounter(name) must be called with one argument (string)');
      return find(counters, name, itself) >= 0;
    },
    getCounters() {
      if (arguments.length > 0) throw new TypeError('getCounters() must be called without any argument');
      return [...counters];
    },
    loadCounter(name) {
      if (!isName(arguments.length, name)) throw new TypeError('loadCounter(name) must have a single string argument');
      return find(counters, name, itself) < 0 ? null : refer('$counter/' + name, { kind: 'counter', name });
    },
    hasTimeSeries(name) {
      if (!isName(arguments.length, name)) throw new TypeError('hasTimeSeries(timeSeriesName) must be called with one argument (string)');
      return find(timeSeries, name, itself) >= 0;
    },
    getTimeSeries() {
      if (arguments.length > 0) throw new TypeError('getTimeSeries() must be called without any argument');
      return [...timeSeries];
    },
    loadTimeSeries(name, from, to) {
      const count = arguments.length;
      if (count < 1 || count > 3) throw new TypeError('loadTimeSeries(timeSeriesName, from, to) must have between 1 to 3 arguments');
      if (typeof name !== 'string') throw new TypeError('loadTimeSeries(timeSeriesName, from, to): the argument timeSeriesName must be a string');
      const range = { from: count > 1 ? dateOf(from, 'from') : null, to: count > 2 ? dateOf(to, 'to') : null };
      if (find(timeSeries, name, itself) < 0) return null;
      const text = '$timeseries/' + name + (count > 1 ? '/' + range.from + (count > 2 ? '/' + range.to : '') : '');
      return refer(text, { kind: 'time-series', name, ...range });
    },
  };

  function taken(reference, kind, call, what) {
    if (reference === null) return null;
    const known = typeof reference === 'string' && issued ? apply(mapGet, issued, [reference]) : undefined;
    if (known && known.kind === kind) return known;
    throw new TypeError(call + ' expects to get the reference to ' + what + ', which load' + call.slice(3) + ' answers; it got ' +
      (typeof reference === 'string' ? stringify(reference) : typeof reference));
  }
  const say = (load, reference, name) => {
    if (reference === null) return;
    if (++added > MOST) throw new TypeError('a document adds at most ' + MOST + ' attachments, counters and time series');
    emit('+' + stringify({ load, ...reference, ...(name === undefined ? {} : { as: name }) }));
  };

  function handle(load) {
    const loaded = {
      addAttachment(name, reference) {
        const count = arguments.length;
        if (count < 1 || count > 2) throw new TypeError('addAttachment must have one or two arguments');
        if (count === 2 && typeof name !== 'string') throw new TypeError('the first argument of addAttachment(name, attachment) must be a string');
        say(load, taken(count === 2 ? reference : name, 'attachment', 'addAttachment', 'an attachment'), count === 2 ? name : undefined);
        return loaded;
      },
      addCounter(reference) {
        if (arguments.length !== 1) throw new TypeError('addCounter must have one argument');
        say(load, taken(reference, 'counter', 'addCounter', 'a counter'));
        return loaded;
      },
      addTimeSeries(reference) {
        if (arguments.length !== 1) throw new TypeError('addTimeSeries must have one argument');
        say(load, taken(reference, 'time-series', 'addTimeSeries', 'a time series'));
        return loaded;
      },
    };
    return loaded;
  }

  function rangeOf(answer, name) {
    if (answer === true) return { from: null, to: null };
    if (answer === false || answer === null || answer === undefined) return null;
    if (typeof answer !== 'object') throw new TypeError(config.timeSeriesName + ' should return a boolean or an object (time series ' + name + ')');
    const range = { from: null, to: null };
    const found = keys(answer);
    for (let i = 0; i < found.length; i++) {
      const key = found[i], date = answer[key];
      if (key !== 'from' && key !== 'to') throw new TypeError(config.timeSeriesName + ' should return only from and to, not ' + key);
      if (typeof date !== 'object' || date === null || getPrototypeOf(date) !== dateProto) throw new TypeError(config.timeSeriesName + ': ' + key + ' is not a Date');
      range[key] = apply(toISO, date, []);
    }
    if (range.from !== null && range.to !== null && new RealDate(range.from) > new RealDate(range.to)) throw new TypeError(config.timeSeriesName + ': from is later than to');
    return range;
  }

  return {
    functions,
    begin(document) {
      const metadata = document && typeof document === 'object' ? document['@metadata'] : undefined;
      const from = typeof metadata === 'object' && metadata !== null ? metadata : create(null);
      attachments = [...listOf(from['@attachments'])];
      for (let i = 0; i < attachments.length; i++) attachments[i] = { ...attachments[i] };
      counters = [...listOf(from['@counters'])];
      timeSeries = [...listOf(from['@timeseries'])];
      loads = 0;
      ownLoaded = false;
      added = 0;
      issued = undefined;
    },
    loaded(target) {
      if (ownTargets.includes(target)) ownLoaded = true;
      return handle(loads++);
    },
    ask(id) {
      if (!ownLoaded) return;
      if (counterBehavior >= 0 && counters.length > 0) {
        const behavior = apply(behaviors[counterBehavior], undefined, []);
        for (let i = 0; i < counters.length; i++) {
          if (apply(behavior, undefined, [id, counters[i]]) === true) emit('+' + stringify({ load: -1, kind: 'counter', name: counters[i] }));
        }
      }
      if (timeSeriesBehavior >= 0 && timeSeries.length > 0) {
        const behavior = apply(behaviors[timeSeriesBehavior], undefined, []);
        for (let i = 0; i < timeSeries.length; i++) {
          const range = rangeOf(apply(behavior, undefined, [id, timeSeries[i]]), timeSeries[i]);
          if (range !== null) emit('+' + stringify({ load: -1, kind: 'time-series', name: timeSeries[i], ...range }));
        }
      }
    },
  };
};
})()`;
