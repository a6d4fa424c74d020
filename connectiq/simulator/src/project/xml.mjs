/** Strict XML to a tree of elements. Every error names file, line and column. */
import fs from 'node:fs';
import { SaxesParser } from 'saxes';

/** An element; `text` is all character data directly in it, `line` and `column` (from 1) are where its tag ends. */
class Element {
  children = [];
  text = '';

  constructor(name, attributes, { file, line, column }) {
    Object.assign(this, { name, attributes, file, line, column });
  }

  /** All elements of that name below this one. */
  all(name) {
    return this.children.flatMap((child) => [...(child.name === name ? [child] : []), ...child.all(name)]);
  }

  /** An error about this element. */
  error(message) {
    return new SyntaxError(`${this.file}:${this.line}:${this.column}: ${message}`);
  }
}

const LITERAL_PARTS = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>/g;

/** The parser would only notice a lone '&' at the end of the file. */
function refuseLoneAmpersand(text, file) {
  const plain = text.replace(LITERAL_PARTS, (part) => part.replace(/&/g, ' '));
  const at = plain.search(/&(?!#?\w+;)/);
  if (at < 0) return;
  const before = plain.slice(0, at).split('\n');
  throw new SyntaxError(`${file}:${before.length}:${before.at(-1).length + 1}: '&' must be written as '&amp;'`);
}

/** Parse XML text; the result is the root element. Throws SyntaxError 'file:line:column: message'. */
export function parseXml(text, file) {
  refuseLoneAmpersand(text, file);
  const parser = new SaxesParser({ fileName: file });
  const open = [new Element('', {}, { file, line: 1, column: 1 })];
  parser.on('error', (error) => {
    throw new SyntaxError(error.message);
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = new Element(name, attributes, { file, line: parser.line, column: parser.column });
    open.at(-1).children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => open.pop());
  for (const event of ['text', 'cdata']) parser.on(event, (data) => (open.at(-1).text += data));
  parser.write(text).close();
  return open[0].children[0];
}

/** Parse an XML file. */
export const readXml = (file) => parseXml(fs.readFileSync(file, 'utf8'), file);
