import { quoted } from '../quoted.ts';
import { detached, documentOfValue, InvalidDocument, type JsonDocument } from './json-document.ts';

/** A package as tag-value spells it; lists are filled while its lines are read. */
interface Package {
  name: string;
  SPDXID?: string;
  versionInfo?: string;
  supplier?: string;
  sourceInfo?: string;
  downloadLocation?: string;
  licenseDeclared?: string;
  licenseConcluded?: string;
  copyrightText?: string;
  primaryPackagePurpose?: string;
  checksums: Checksum[];
  externalRefs: { referenceCategory: string; referenceType: string; referenceLocator: string }[];
  attributionTexts: string[];
}

interface File {
  fileName: string;
  SPDXID?: string;
  checksums: Checksum[];
  fileTypes: string[];
}

interface Checksum {
  algorithm: string;
  checksumValue: string;
}

/** Tags that begin an element: what follows belongs to it. */
const ELEMENTS = new Set(['PackageName', 'FileName', 'SnippetSPDXID', 'LicenseID', 'Annotator', 'Reviewer']);

const DOCUMENT_TAG = /^(SPDXVersion|DataLicense|SPDXID|DocumentName(space)?)[ \t]*:/;
/** How far into a text its first tag is looked for: comments before it are a few lines. */
const HEAD = 10_000;

/** Whether a text is SPDX in tag-value form: its first line that is neither empty nor a comment is a tag of the document. */
export function isTagValue(content: string): boolean {
  const lines = content
    .slice(0, HEAD)
    .split('\n')
    .map((line) => line.trim());
  return DOCUMENT_TAG.test(lines.find((line) => line !== '' && !line.startsWith('#')) ?? '');
}

const DOCUMENT_TAGS: Readonly<Record<string, string>> = {
  SPDXVersion: 'spdxVersion',
  DataLicense: 'dataLicense',
  SPDXID: 'SPDXID',
  DocumentName: 'name',
  DocumentNamespace: 'documentNamespace',
};

/** The lists that grow with the image: they are read again where they are asked for, and never all in memory. */
const LISTS = new Set(['packages', 'files', 'relationships']);

/**
 * Reads SPDX 2 in tag-value form (SPDX 2.3, clause 4.4) as its JSON form. Throws `InvalidDocument` for a line that is no tag: it may
 * have been one, and what follows would be taken for another package's.
 */
export function documentOfTagValue(bytes: Uint8Array): JsonDocument {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = documentOfValue({ ...headOf(text), packages: [], files: [], relationships: [] });
  return {
    ...head,
    *each(name) {
      if (!LISTS.has(name)) yield* head.each(name);
      else for (const { list, value } of elementsOf(text)) if (list === name) yield detached(value);
    },
  };
}

/** What stands before the first package, file or other element; creators and time may stand behind them. */
function headOf(text: Buffer): object {
  const document: Record<string, string> = {};
  const creators: string[] = [];
  let created: string | undefined;
  let inHead = true;
  for (const { tag, value } of tagsOf(text)) {
    if (tag === 'Creator') creators.push(value);
    else if (tag === 'Created') created = value;
    else if (ELEMENTS.has(tag)) inHead = false;
    else if (inHead && Object.hasOwn(DOCUMENT_TAGS, tag)) document[DOCUMENT_TAGS[tag] ?? tag] = value;
  }
  return { ...document, creationInfo: { created, creators } };
}

/** Each package, file and relationship when it is complete. */
function* elementsOf(text: Buffer): Generator<{ readonly list: string; readonly value: object }> {
  let element: Package | File | null = null;
  for (const { tag, value } of tagsOf(text)) {
    if (tag === 'Relationship') {
      const [spdxElementId = '', relationshipType = '', relatedSpdxElement = ''] = value.split(/\s+/);
      yield { list: 'relationships', value: { spdxElementId, relationshipType, relatedSpdxElement } };
    } else if (ELEMENTS.has(tag)) {
      if (element) yield complete(element);
      if (tag === 'PackageName')
        element = { name: value, checksums: [], externalRefs: [], attributionTexts: [] };
      else element = tag === 'FileName' ? { fileName: value, checksums: [], fileTypes: [] } : null;
    } else if (element) {
      setTag(element, tag, value);
    }
  }
  if (element) yield complete(element);
}

function complete(value: Package | File): { readonly list: string; readonly value: object } {
  return { list: 'name' in value ? 'packages' : 'files', value };
}

function setTag(one: Package | File, tag: string, value: string): void {
  if (tag === 'SPDXID') one.SPDXID = value;
  else if ('name' in one) setPackageTag(one, tag, value);
  else if (tag === 'FileChecksum') one.checksums.push(checksumOf(value));
  else if (tag === 'FileType') one.fileTypes.push(value);
}

/** `SHA256: abc…` */
function checksumOf(value: string): Checksum {
  const [algorithm = '', checksumValue = ''] = value.split(/:\s*/);
  return { algorithm, checksumValue };
}

function setPackageTag(one: Package, tag: string, value: string): void {
  switch (tag) {
    case 'PackageVersion':
      one.versionInfo = value;
      break;
    case 'PackageSupplier':
      one.supplier = value;
      break;
    case 'PackageSourceInfo':
      one.sourceInfo = value;
      break;
    case 'PackageDownloadLocation':
      one.downloadLocation = value;
      break;
    case 'PackageLicenseDeclared':
      one.licenseDeclared = value;
      break;
    case 'PackageLicenseConcluded':
      one.licenseConcluded = value;
      break;
    case 'PrimaryPackagePurpose':
      one.primaryPackagePurpose = value;
      break;
    case 'PackageAttributionText':
      one.attributionTexts.push(value);
      break;
    case 'PackageCopyrightText':
      one.copyrightText = value;
      break;
    case 'PackageChecksum':
      one.checksums.push(checksumOf(value));
      break;
    case 'ExternalRef': {
      const [referenceCategory = '', referenceType = '', referenceLocator = ''] = value.split(/\s+/);
      one.externalRefs.push({ referenceCategory, referenceType, referenceLocator });
      break;
    }
    default:
  }
}

const LINE_FEED = 0x0a;
const TEXT = '<text>';
const TEXT_END = '</text>';

/** Every `Tag: value`, one to a line; only `<text>…</text>` goes over several, and what is in it is no tag. */
function* tagsOf(text: Buffer): Generator<{ readonly tag: string; readonly value: string }> {
  for (let at = 0; at < text.length;) {
    const lineEnd = endAt(text.indexOf(LINE_FEED, at), text);
    const line = text.toString('utf8', at, lineEnd);
    const [match, tag, value = ''] = /^\s*(?:\uFEFF)?([A-Za-z][A-Za-z0-9]*):[ \t]*(.*)/.exec(line) ?? [];
    const start = at;
    at = lineEnd + 1;
    if (match === undefined || tag === undefined) {
      if (!/^\s*(#|$)/.test(line)) throw new InvalidDocument(`a line is no tag: ${quoted(line)}`);
      continue;
    }
    if (!value.startsWith(TEXT)) {
      yield { tag, value: value.trim() };
      continue;
    }
    const from = text.indexOf(TEXT, start) + TEXT.length;
    const end = text.indexOf(TEXT_END, from);
    if (end === -1) throw new InvalidDocument(`${tag}: its <text> has no end`);
    at = endAt(text.indexOf(LINE_FEED, end), text) + 1;
    yield { tag, value: text.toString('utf8', from, end).trim() };
  }
}

/** What is not found ends with the text. */
function endAt(found: number, text: Buffer): number {
  return found === -1 ? text.length : found;
}
