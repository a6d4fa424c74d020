/**
 * What kind of content a FIT or GPX file is, and its name as the watch shows it.
 *
 * FIT: the file type of file_id and the name in the course or workout message (global messages 0, 31 and 26 of the FIT
 * profile). GPX: the first <name> inside the first track or route.
 */
import { SaxesParser } from 'saxes';

const FILE_ID = { message: 0, typeField: 0 };
const NAME_FIELDS = { 31: 5, 26: 8 };
const KINDS_BY_FILE_TYPE = { 6: 'Courses', 5: 'Workouts' };
const HEADER_DEFINITION = 0x40;
const HEADER_DEVELOPER = 0x20;
const HEADER_COMPRESSED = 0x80;

function definitionOf(bytes, at, hasDeveloperFields) {
  const isBigEndian = bytes[at + 1] === 1;
  const message = isBigEndian ? bytes.readUInt16BE(at + 2) : bytes.readUInt16LE(at + 2);
  const count = bytes[at + 4];
  const fields = Array.from({ length: count }, (_, i) => {
    const field = at + 5 + 3 * i;
    return { number: bytes[field], size: bytes[field + 1] };
  });
  let end = at + 5 + 3 * count;
  let extra = 0;
  if (hasDeveloperFields) {
    const developerFields = bytes[end];
    for (let i = 0; i < developerFields; i++) extra += bytes[end + 2 + 3 * i];
    end += 1 + 3 * developerFields;
  }
  return { message, fields, size: fields.reduce((sum, { size }) => sum + size, extra), end };
}

function* messagesOf(bytes) {
  const definitions = new Map();
  let at = bytes[0];
  const end = at + bytes.readUInt32LE(4);
  while (at < end) {
    const header = bytes[at++];
    const isCompressed = (header & HEADER_COMPRESSED) !== 0;
    const local = isCompressed ? (header >> 5) & 3 : header & 15;
    if (!isCompressed && header & HEADER_DEFINITION) {
      const definition = definitionOf(bytes, at, (header & HEADER_DEVELOPER) !== 0);
      definitions.set(local, definition);
      at = definition.end;
    } else {
      const definition = definitions.get(local);
      yield { definition, data: bytes.subarray(at, at + definition.size) };
      at += definition.size;
    }
  }
}

function fieldOf({ definition, data }, number) {
  let at = 0;
  for (const field of definition.fields) {
    if (field.number === number) return data.subarray(at, at + field.size);
    at += field.size;
  }
  return null;
}

const cString = (bytes) =>
  bytes.subarray(0, (bytes.indexOf(0) + bytes.length + 1) % (bytes.length + 1)).toString('utf8');

function fitContent(bytes) {
  let kind = null;
  let name = '';
  for (const message of messagesOf(bytes)) {
    const number = message.definition.message;
    if (number === FILE_ID.message) kind = KINDS_BY_FILE_TYPE[fieldOf(message, FILE_ID.typeField)?.[0]] ?? null;
    const text = number in NAME_FIELDS ? fieldOf(message, NAME_FIELDS[number]) : null;
    if (text && !name) name = cString(text);
  }
  return kind ? [{ kind, name }] : [];
}

function gpxContent(bytes) {
  const found = [];
  const path = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name }) => {
    path.push(name);
    if (name === 'trk') found.push({ kind: 'Tracks', name: '' });
    if (name === 'rte') found.push({ kind: 'Routes', name: '' });
  });
  parser.on('closetag', () => path.pop());
  parser.on('text', (text) => {
    const [owner, element] = path.slice(-2);
    if (element === 'name' && (owner === 'trk' || owner === 'rte')) found.at(-1).name += text.trim();
  });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(bytes.toString('utf8')).close();
  return found;
}

/**
 * The pieces of content in a file.
 * @param {'fit'|'gpx'} format @param {Buffer} bytes
 * @returns {{kind: 'Courses'|'Workouts'|'Tracks'|'Routes', name: string}[]} empty when the file cannot be read
 */
export function contentIn(format, bytes) {
  try {
    return format === 'fit' ? fitContent(bytes) : gpxContent(bytes);
  } catch {
    return [];
  }
}
