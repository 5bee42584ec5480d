import { Document, Scalar, visit, type ScalarTag, type Tags } from 'yaml';

/** Everything that YAML readers agree on in a plain or single-quoted text; the rest is double-quoted and escaped. */
const printableAscii = /^[\x20-\x7e]*$/;

/** Texts that yaml's own writer leaves plain, but that PyYAML takes for something else than text. */
const specialToPython = new Set(['=', '<<']);

/**
 * YAML for Ansible, which reads YAML 1.1 with PyYAML: whatever YAML 1.1 would take for a number, a date or a truth
 * value (`on`, `012`, `1:20`) is quoted, so that text stays text. `null` is written as nothing, as in the document's
 * inventory. A Map keeps its order, which objects do not for keys that look like numbers.
 */
export function yamlForAnsible(value: unknown, { comment }: { readonly comment: string }): string {
  const document = new Document(value, {
    version: '1.1',
    customTags: plainTags,
    aliasDuplicateObjects: false,
  });
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value !== 'string') return;
      if (printableAscii.test(scalar.value) && !specialToPython.has(scalar.value)) return;
      scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  document.commentBefore = comment
    .split('\n')
    .map((line) => ` ${line}`)
    .join('\n');
  return document.toString({ nullStr: '', lineWidth: 0 }).replace(notPrintable, escape);
}

/**
 * Tags of YAML 1.1 that are not to be written: a Map is an ordinary mapping rather than an `!!omap`, and a key `<<` is
 * a text rather than a merge.
 */
const unwanted = new Set(['tag:yaml.org,2002:omap', 'tag:yaml.org,2002:merge']);
const numbers = new Set(['tag:yaml.org,2002:int', 'tag:yaml.org,2002:float']);

function plainTags(tags: Tags): Tags {
  return tags
    .filter((tag) => typeof tag === 'string' || !unwanted.has(tag.tag))
    .map((tag) =>
      typeof tag !== 'string' && numbers.has(tag.tag)
        ? ({ ...tag, stringify: numberForPython } as ScalarTag)
        : tag,
    );
}

/** PyYAML takes `1e+21` for text; with a decimal point it is a number. */
function numberForPython({ value }: Scalar): string {
  return String(value).replace(/^(-?\d+)e/, '$1.0e');
}

/** Line separators and other characters that PyYAML folds or refuses when they are not escaped. */
const notPrintable = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
