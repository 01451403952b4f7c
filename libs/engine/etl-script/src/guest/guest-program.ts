/**
 * What runs inside the sandbox around the user's script, as text: an expression whose value is `boot`.
 *
 * `boot(config, main, behaviors)` defines the functions of the ETL language on the global object, freezes everything
 * reachable, and returns `{ run, progress }`. `run(text)` takes one batch as JSON and answers lines:
 *   `<target number>{…}`  a load            `b0`, `b1`  a delete behaviour's answer
 *   `<target number>=`    a load of the document as it was stored
 *   `<target number>^{…}` a load of the document with these fields changed
 *   `p<number>[…]`        a load that the host completes from the document, with what was computed for it
 *   `+{…}`  an addition to a load, see EXTRAS_PROGRAM
 *   `d`  the document is done               `w[…ids]`  it needs these documents first
 *   `f{…}`  it failed
 * It may answer for the first documents only, and for one at least: when it has made enough, or its turn is over.
 * JSON text has no raw line feeds, so a script cannot write a line of its own. Everything `run` needs is captured before
 * the script is first called, and the lines never leave this closure.
 */
export const GUEST_PROGRAM = String.raw`(function () {
"use strict";
const { parse, stringify } = JSON;
const { freeze, getPrototypeOf, getOwnPropertyDescriptor, defineProperty, keys, hasOwn } = Object;
const { ownKeys, apply } = Reflect;
const isArray = Array.isArray, objectProto = Object.prototype, arrayProto = Array.prototype;
const RealDate = Date, dateProto = Date.prototype, getTime = Date.prototype.getTime, toISO = Date.prototype.toISOString;
const RealMap = Map, RealSet = Set, RealError = Error, RealProxy = Proxy, OutOfMemory = InternalError;
const mapGet = Map.prototype.get, mapSet = Map.prototype.set, mapHas = Map.prototype.has;
const setHas = Set.prototype.has, setAdd = Set.prototype.add;
const slice = String.prototype.slice, charCodeAt = String.prototype.charCodeAt, replace = String.prototype.replace;
const exec = RegExp.prototype.exec, indexOf = String.prototype.indexOf, startsWith = String.prototype.startsWith, endsWith = String.prototype.endsWith, padEnd = String.prototype.padEnd;
const includes = Array.prototype.includes, join = Array.prototype.join, reduce = Array.prototype.reduce, toText = String;
const YEAR_1 = -62135596800000, YEAR_10000 = 253402300800000;
const errorProtos = [Error, AggregateError, EvalError, RangeError, ReferenceError, SyntaxError, TypeError,
  URIError, InternalError].map((type) => type.prototype);

return function boot(configText, main, behaviors, makeExtras) {
  const config = parse(configText);
  // The document that runs, and whether the host wants its turn to end.
  const progress = new Int32Array(2);
  const ABORTED = freeze({ aborted: true }), NONE = freeze([]);
  const { careful, leavesAlone, passesThrough, patch } = config;
  const patchWrites = patch && patch.named.map((name) => patch.written.includes(name));
  const { documentSize, documentLoads, documentAsks, turnSize } = config.bounds;
  function emit(line) {
    made += line.length;
    if (made - madeBefore > allowed) throw tooMuch(config.tooLarge);
    lines[lines.length] = line;
  }
  function emitLoad(line) {
    if (++loads > documentLoads) throw tooMuch(config.tooMany);
    emit(line);
  }
  function tooMuch(reason) { const error = new RealError(reason); error.etlKind = 'too-much'; excess = error; return error; }
  const extras = config.extras ? makeExtras({ config: config.extras, behaviors, emit }) : undefined;

  let lines, batch, current, originals, currentMetadata, currentId, now, seed, firstLoad, otherLoads, wanted, asked, loadedIds, loadedMetadata, stubReads;
  // What the batch and its current document have made; the excess fails the document even if its script catches it.
  let made = 0, madeBefore = 0, allowed = 0, loads = 0, excess;

  // ---- what a script loads, as JSON text
  // What is deeper may contain itself, which only the slower way finds.
  const DEEPEST = 120;
  function isPlain(value, depth) {
    switch (typeof value) {
      case 'string': case 'boolean': return true;
      case 'number': return value - value === 0;
      case 'object': {
        if (value === null) return true;
        if (depth > DEEPEST) return false;
        const proto = getPrototypeOf(value);
        if (proto === objectProto) {
          const names = keys(value);
          for (let i = 0; i < names.length; i++) {
            const own = value[names[i]], type = typeof own;
            if (type !== 'string' && type !== 'boolean' && !isPlain(own, depth + 1)) return false;
            if (depth > 0 && names[i] === '@metadata' && isOfDocument(own)) return false;
          }
          return true;
        }
        if (proto !== arrayProto || !isArray(value)) return false;
        for (let i = 0; i < value.length; i++) if (!isPlain(value[i], depth + 1)) return false;
        return true;
      }
      default: return false;
    }
  }

  // The version of a document stays behind where the document is put into another, and in a copy its id too.
  function isOfDocument(metadata) {
    return metadata === currentMetadata || (loadedMetadata !== undefined && apply(setHas, loadedMetadata, [metadata]));
  }

  function isDocument(value) {
    return value === current || (loadedIds !== undefined && apply(mapHas, loadedIds, [value]));
  }

  function staysBehind(key, holder) {
    return key === '@change-vector' || key === '@last-modified' || key === '@flags' || (key === '@id' && !isDocument(holder));
  }

  function convert(value, above, holder) {
    switch (typeof value) {
      case 'string': case 'boolean': return value;
      case 'number': return value - value === 0 ? value : toText(value);
      case 'undefined': case 'function': return null;
      case 'object': return value === null ? null : convertObject(value, above, holder);
      default: throw invalid('a ' + typeof value + ' is not a JSON value');
    }
  }

  // holder: the object whose own metadata this is, as a document was given it; else undefined.
  function convertObject(value, above, holder) {
    const proto = getPrototypeOf(value);
    if (proto === dateProto) return dateText(value);
    for (let up = above; up; up = up.above) if (up.value === value) throw invalid('an object contains itself');
    const here = { value, above };
    if (isArray(value)) {
      const copy = [];
      for (let i = 0; i < value.length; i++) {
        if (i in value) defineProperty(copy, copy.length, data(convert(value[i], here)));
      }
      return copy;
    }
    const copy = {}, isError = value instanceof RealError;
    for (const key of ownKeys(value)) {
      if (typeof key !== 'string' || (isError && key !== 'message')) continue;
      if (holder !== undefined && staysBehind(key, holder)) continue;
      const property = getOwnPropertyDescriptor(value, key);
      if (!property || (property.value === undefined && value === current && 'value' in property && !wasThere(key))) continue;
      const owned = key === '@metadata' && above !== null && isOfDocument(property.value) ? value : undefined;
      defineProperty(copy, key, data('value' in property ? convert(property.value, here, owned) : null));
    }
    return copy;
  }

  function data(value) { return { value, enumerable: true, writable: true, configurable: true, __proto__: null }; }

  function dateText(date) {
    const time = apply(getTime, date, []);
    if (time !== time) throw invalid('an invalid Date is not a JSON value');
    if (time < YEAR_1 || time >= YEAR_10000) throw invalid('a Date outside the years 1 to 9999 is not a JSON value');
    return apply(replace, apply(toISO, date, []), ['Z', '0000Z']);
  }

  function invalid(reason) { const error = new RealError(reason); error.etlKind = 'invalid-output'; return error; }

  // A field that the document did not have stays away when it is given undefined; one that it had becomes null.
  function wasThere(name) {
    return originals === undefined || apply(includes, originals, [name]);
  }

  // The document may only have changed in the fields that the script names; of those that it does not write itself, only
  // the objects. The host puts them into the text.
  function patchText() {
    const root = {};
    for (let i = 0; i < patch.named.length; i++) {
      const name = patch.named[i];
      if (!hasOwn(current, name)) continue;
      const own = current[name];
      if (own === undefined && !wasThere(name)) continue;
      if (patchWrites[i] || (typeof own === 'object' && own !== null)) root[name] = own;
    }
    return stringify(!careful && isPlain(root, 0) ? root : convertObject(root, null));
  }

  // A load of which the host knows the rest: only what the script computed goes out.
  function pick(number, values) {
    if (wanted !== NONE) return LOADED;
    for (let i = 0; i < values.length; i++) {
      const value = values[i], type = typeof value;
      if (type === 'string' || type === 'boolean' || (!careful && isPlain(value, 1))) continue;
      values[i] = convert(value, { value: values, above: null });
    }
    emitLoad('p' + number + stringify(values));
    return LOADED;
  }

  function loadTo(target, call, value) {
    if (target === undefined) throw invalid(call + ': the target is not one of those in the script: ' + apply(join, config.targets, [', ']));
    if (typeof value !== 'object' || value === null) throw invalid(call + '(obj) argument must be an object');
    if (wanted !== NONE) return extras ? extras.loaded(target) : LOADED;
    if (value === firstLoad || (otherLoads && apply(setHas, otherLoads, [value]))) {
      throw invalid(call + ': this object was loaded before; load a copy, for instance {...this}');
    }
    if (firstLoad === undefined) firstLoad = value;
    else apply(setAdd, otherLoads ??= new RealSet(), [value]);
    if (value === current && leavesAlone) {
      emitLoad(target + '=');
      return extras ? extras.loaded(target) : LOADED;
    }
    if (value === current && patch !== null) {
      emitLoad(target + '^' + patchText());
      return extras ? extras.loaded(target) : LOADED;
    }
    const root = isArray(value) ? { ...value, length: value.length } : value;
    const text = stringify(!careful && isPlain(root, 0) ? root : convertObject(root, null));
    if (typeof text !== 'string' || apply(charCodeAt, text, [0]) !== 123) throw invalid(call + '(obj) argument must be an object');
    emitLoad(target + text);
    return extras ? extras.loaded(target) : LOADED;
  }

  // ---- documents asked for with load()
  // A document that is not here yet reads as this stand-in: the run goes on, so that one round finds all it asks for,
  // and what it produced is thrown away. Text made of it carries a mark, so that ids made of it are not asked for.
  const MARK = '\ufffe\uffff';
  const standIn = new RealProxy(function () {}, {
    get(_, key) {
      if (++stubReads > 10000) throw ABORTED;
      if (key === Symbol.toPrimitive) return () => MARK;
      if (key === Symbol.iterator) return () => ({ next: () => ({ done: true, value: undefined }) });
      return standIn;
    },
    apply: () => standIn, construct: () => standIn, set: () => true, has: () => true, deleteProperty: () => true,
    ownKeys: () => ['prototype'], getPrototypeOf: () => null, defineProperty: () => true,
  });

  function loadOne(id) {
    if (id === '') return undefined;
    if (id === standIn) return standIn;
    if (typeof id !== 'string') throw new TypeError('load(id | ids) must be called with a single string or array argument');
    const text = hasOwn(batch.loads, id) ? batch.loads[id] : undefined;
    if (text === null) return undefined;
    if (text === undefined) {
      if (wanted === NONE) {
        wanted = [];
        asked = new RealSet();
      }
      if (apply(indexOf, id, [MARK]) < 0 && !apply(setHas, asked, [id])) {
        if (wanted.length >= documentAsks) throw tooMuch(config.tooManyAsked);
        apply(setAdd, asked, [id]);
        wanted[wanted.length] = id;
      }
      return standIn;
    }
    const document = parse(text);
    apply(mapSet, loadedIds ??= new RealMap(), [document, document['@metadata']?.['@id'] ?? id]);
    if (document['@metadata']) apply(setAdd, loadedMetadata ??= new RealSet(), [document['@metadata']]);
    return document;
  }

  function idOf(document) {
    if (document === current) return currentId;
    return loadedIds && apply(mapHas, loadedIds, [document]) ? apply(mapGet, loadedIds, [document]) : null;
  }

  function metadataOf(document, count) {
    if (document === standIn) return standIn;
    const entity = count === 1 && typeof document === 'object' && document !== null ? document['@metadata'] : undefined;
    if (typeof entity !== 'object' || entity === null) throw new TypeError('getMetadata(doc) must be called with a single document');
    return entity;
  }

  function areTexts(call, text, part) {
    if (text === standIn || part === standIn) return false;
    if (typeof text === 'string' && typeof part === 'string') return true;
    throw new TypeError(call + '(text, part) must be called with two strings');
  }

  const functions = {
    loadTo(name, value) {
      if (arguments.length !== 2) throw invalid('loadTo(name, obj) must be called with exactly 2 parameters');
      if (typeof name !== 'string') throw invalid('loadTo(name, obj) first argument must be a string');
      return loadTo(targetNumbers[name], 'loadTo', value);
    },
    id(document) {
      if (arguments.length !== 1) throw new TypeError('id(doc) must be called with a single argument');
      if (document === standIn) return MARK;
      if (document === null || document === undefined) return document;
      if (typeof document !== 'object') throw new TypeError('id(doc) must be called with an object argument');
      return idOf(document);
    },
    load(ids) {
      if (arguments.length !== 1) throw new TypeError('load(id | ids) must be called with a single string argument');
      if (ids === null || ids === undefined) return ids;
      if (!isArray(ids)) return loadOne(ids);
      const found = [];
      for (let i = 0; i < ids.length; i++) found[i] = loadOne(ids[i]);
      return found;
    },
    getMetadata(document) { return metadataOf(document, arguments.length); },
    metadataFor(document) { return metadataOf(document, arguments.length); },
    lastModified(document) {
      if (document === null || document === undefined) return document;
      const metadata = typeof document === 'object' ? document['@metadata'] : metadataOf(document, arguments.length);
      const text = metadata ? metadata['@last-modified'] : undefined;
      if (typeof text !== 'string') return undefined;
      // JavaScript's dates end at the millisecond, RavenDB's four digits later: it divides the ticks.
      const rest = apply(exec, /\.\d{3}(\d{1,4})Z$/, [text]), time = +new RealDate(text);
      return rest ? +(time + apply(padEnd, rest[1], [4, '0'])) / 10000 : time;
    },
    output() {},
    startsWith(text, part) { return areTexts('startsWith', text, part) && apply(startsWith, text, [part]); },
    endsWith(text, part) { return areTexts('endsWith', text, part) && apply(endsWith, text, [part]); },
  };
  for (const name of config.missing) functions[name] = () => { throw new TypeError(name + ' is not supported by the stream engine'); };
  if (extras) for (const name of keys(extras.functions)) functions[name] = extras.functions[name];
  const LOADED = {};
  for (const name of ['addAttachment', 'addCounter', 'addTimeSeries']) {
    LOADED[name] = () => { throw new TypeError(name + ' is not supported by the stream engine'); };
  }
  const targetNumbers = { __proto__: null };
  config.targets.forEach((name, number) => {
    targetNumbers[name] = number;
    functions['loadTo' + name] = function (value, more) {
      if (more !== undefined) throw invalid('loadTo' + name + '(obj) must be called with exactly 1 parameter');
      return loadTo(number, 'loadTo' + name, value);
    };
  });

  // ---- reading through null
  // A call of nothing is undefined, and so is all that is read from its value or called on it: lastNothing is the
  // place of the last such call or read, calling that of the call which is just looked up.
  let lastNothing = 0, calling = 0;
  const readNull = new RealProxy({}, { get: () => null });
  const readUndefined = new RealProxy({}, { get: (_, key) => (key === 'length' ? 0 : null) });
  const readOfNothing = new RealProxy({}, { get: () => undefined });
  const empty = () => [], initialOrNull = function (_, initial) { return arguments.length > 1 ? initial : null; };
  const callsOfUndefined = { __proto__: null, map: empty, filter: empty, reverse: empty, concat: (value) => value, some: () => false,
    includes: () => false, every: () => true, reduce: initialOrNull, reduceRight: initialOrNull };
  for (const name of ['slice', 'splice', 'sort', 'flat', 'flatMap', 'toSorted', 'toReversed', 'toSpliced', 'with']) callsOfUndefined[name] = empty;
  for (const name of ['indexOf', 'lastIndexOf', 'findIndex', 'findLastIndex']) callsOfUndefined[name] = () => -1;
  function callNothing() {
    const place = calling;
    return () => { lastNothing = place; };
  }
  const callOfNothing = new RealProxy({}, { get: callNothing });
  const callUndefined = new RealProxy({}, { get: (_, key) => callsOfUndefined[key] || callNothing() });
  const callEmpty = { get: (list, key) => (typeof list[key] === 'function' ? (...given) => apply(list[key], list, given) : callNothing()) };
  functions.$etl_pick = pick;
  functions.$etl_read = (base, place, before) => {
    if (base === null) return readNull;
    if (before === undefined || before !== lastNothing) return readUndefined;
    lastNothing = place;
    return readOfNothing;
  };
  functions.$etl_call = (base, place, before) => {
    calling = place;
    return base === null || (before !== undefined && before === lastNothing) ? callOfNothing : callUndefined;
  };
  // An optional chain that ends before its end is undefined as a whole.
  functions.$etl_skip = (place) => { lastNothing = place; };
  functions.$etl_list = (list, place) => {
    if (!isArray(list)) return list;
    calling = place;
    return new RealProxy(list, callEmpty);
  };
  arrayProto.reduce = function (step, initial) {
    if (arguments.length > 1) return apply(reduce, this, [step, initial]);
    return isArray(this) && this.length === 0 ? null : apply(reduce, this, [step]);
  };

  // ---- the same document gives the same result twice: no clock, no chance
  function ScriptDate(...parts) {
    if (new.target === undefined) return new RealDate(now).toString();
    return Reflect.construct(RealDate, parts.length === 0 ? [now] : parts, new.target);
  }
  ScriptDate.prototype = dateProto;
  ScriptDate.now = () => now;
  ScriptDate.parse = RealDate.parse;
  ScriptDate.UTC = RealDate.UTC;
  dateProto.constructor = ScriptDate;
  Math.random = function random() {
    if (seed === undefined) {
      seed = 2166136261;
      for (let i = 0; i < currentId.length; i++) seed = Math.imul(seed ^ apply(charCodeAt, currentId, [i]), 16777619);
    }
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };

  // ---- no document can leave anything behind for the next
  globalThis.Date = ScriptDate;
  for (const name of ['SharedArrayBuffer', 'WeakRef', 'FinalizationRegistry']) delete globalThis[name];
  const silent = () => undefined;
  globalThis.console = { log: silent, debug: silent, info: silent, warn: silent, error: silent };
  for (const name of keys(functions)) globalThis[name] = functions[name];
  // A frozen prototype would forbid objects of one's own to have a property of the same name; accessors allow it.
  for (const proto of [objectProto, ...errorProtos]) {
    for (const name of ownKeys(proto)) {
      const property = getOwnPropertyDescriptor(proto, name);
      if (!('value' in property) || typeof name !== 'string') continue;
      const value = property.value;
      defineProperty(proto, name, {
        get() { return value; },
        set(own) {
          if (this === proto || typeof this !== 'object' || this === null) throw new TypeError(name + ' is read-only');
          defineProperty(this, name, data(own));
        },
        enumerable: false, configurable: false,
      });
    }
  }
  const frozen = new RealSet();
  const pending = [globalThis, function* () {}, async function () {}, async function* () {}, [][Symbol.iterator](), ''[Symbol.iterator](),
    new RealMap()[Symbol.iterator](), new RealSet()[Symbol.iterator](), /x/[Symbol.matchAll]('x'), LOADED];
  while (pending.length > 0) {
    const next = pending.pop();
    if ((typeof next !== 'object' && typeof next !== 'function') || next === null || frozen.has(next)) continue;
    frozen.add(next);
    pending.push(getPrototypeOf(next));
    for (const name of ownKeys(next)) {
      const property = getOwnPropertyDescriptor(next, name);
      pending.push(property.value, property.get, property.set);
    }
    freeze(next);
  }

  // ---- one batch
  function failureOf(error) {
    let reason = 'unknown', stack = '', kind = 'thrown';
    try {
      if (error instanceof RealError) {
        const name = toText(error.name);
        if (error.etlKind === 'invalid-output' || error.etlKind === 'too-much') kind = error.etlKind;
        reason = kind === 'thrown' && name !== 'Error' ? name + ': ' + toText(error.message) : toText(error.message);
        stack = toText(error.stack);
      } else {
        reason = 'thrown: ' + (typeof error === 'object' && error !== null ? toText(stringify(error)) : toText(error));
      }
    } catch (_) {}
    return stringify({ kind, reason: apply(slice, reason, [0, 2000]), stack: apply(slice, stack, [0, 4000]) });
  }

  function askBehavior(entry) {
    const number = batch.behaviors[entry];
    const behavior = apply(behaviors[number], undefined, []);
    const generic = config.genericBehavior === number;
    const answer = generic
      ? apply(behavior, undefined, [currentId, batch.collections[entry], batch.deleted])
      : apply(behavior, undefined, [currentId, batch.deleted]);
    lines[lines.length] = answer === true ? 'b1' : 'b0';
  }

  function run(text) {
    batch = parse(text);
    lines = [];
    made = 0;
    const { ids, documents, times, sizes } = batch;
    for (let i = 0; i < ids.length && (i === 0 || (progress[1] === 0 && made <= turnSize)); i++) {
      progress[0] = i;
      madeBefore = made;
      allowed = sizes[i] * 2 > documentSize ? sizes[i] * 2 : documentSize;
      loads = 0;
      const start = lines.length;
      current = documents ? documents[i] : undefined;
      originals = current && !leavesAlone ? keys(current) : undefined;
      currentMetadata = current ? current['@metadata'] : undefined;
      currentId = ids[i];
      now = times ? times[i] : 0;
      seed = firstLoad = otherLoads = loadedIds = loadedMetadata = asked = excess = undefined;
      wanted = NONE;
      stubReads = 0;
      let line = 'd';
      try {
        if (extras) extras.begin(current);
        if (documents && !passesThrough) apply(main, current, NONE);
        if (extras && documents && wanted === NONE) extras.ask(currentId);
        if (batch.behaviors && batch.behaviors[i] >= 0 && wanted === NONE) askBehavior(i);
      } catch (error) {
        if (error instanceof OutOfMemory && error.message === 'out of memory') throw error;
        if (wanted === NONE) line = 'f' + (error === ABORTED ? failureOf(new RealError('too many reads')) : failureOf(error));
      }
      if (wanted !== NONE) line = 'w' + stringify(wanted);
      if (excess !== undefined) line = 'f' + failureOf(excess);
      if (line !== 'd') lines.length = start;
      lines[lines.length] = line;
    }
    progress[0] = -1;
    const answer = apply(join, lines, ['\n']);
    batch = lines = current = originals = currentMetadata = firstLoad = otherLoads = loadedIds = loadedMetadata = wanted = asked = excess = undefined;
    return answer;
  }
  return { run, progress };
};
})()`;
