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
  primaryPackagePurpose?: string;
  checksums: { algorithm: string; checksumValue: string }[];
  externalRefs: { referenceType: string; referenceLocator: string }[];
  attributionTexts: string[];
}

interface File {
  fileName: string;
  SPDXID?: string;
}

/** Tags that begin another element than a package or file: what follows belongs to it. */
const OTHER_ELEMENTS = new Set(['SnippetSPDXID', 'LicenseID', 'Annotator', 'Reviewer']);

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

/** Brings SPDX 2 in tag-value form (SPDX 2.3, clause 4.4) into the shape of its JSON form. */
export function parseTagValue(content: string): object {
  const packages: Package[] = [];
  const files: File[] = [];
  const creators: string[] = [];
  const relationships: { spdxElementId: string; relationshipType: string; relatedSpdxElement: string }[] = [];
  const document: Record<string, string> = {};
  let created: string | undefined;
  let element: Package | File | 'document' | 'other' = 'document';
  for (const { tag, value } of tagsOf(content)) {
    if (tag === 'PackageName') {
      element = { name: value, checksums: [], externalRefs: [], attributionTexts: [] };
      packages.push(element);
    } else if (tag === 'FileName') {
      element = { fileName: value };
      files.push(element);
    } else if (OTHER_ELEMENTS.has(tag)) {
      element = 'other';
    } else if (tag === 'Relationship') {
      const [spdxElementId = '', relationshipType = '', relatedSpdxElement = ''] = value.split(/\s+/);
      relationships.push({ spdxElementId, relationshipType, relatedSpdxElement });
    } else if (tag === 'Creator') {
      creators.push(value);
    } else if (tag === 'Created') {
      created = value;
    } else if (typeof element === 'object') {
      setTag(element, tag, value);
    } else if (element === 'document' && Object.hasOwn(DOCUMENT_TAGS, tag)) {
      document[DOCUMENT_TAGS[tag] ?? tag] = value;
    }
  }
  return { ...document, creationInfo: { created, creators }, packages, files, relationships };
}

function setTag(one: Package | File, tag: string, value: string): void {
  if (tag === 'SPDXID') one.SPDXID = value;
  else if ('name' in one) setPackageTag(one, tag, value);
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
    case 'PackageChecksum': {
      const [algorithm = '', checksumValue = ''] = value.split(/:\s*/);
      one.checksums.push({ algorithm, checksumValue });
      break;
    }
    case 'ExternalRef': {
      const [, referenceType = '', referenceLocator = ''] = value.split(/\s+/);
      one.externalRefs.push({ referenceType, referenceLocator });
      break;
    }
    default:
  }
}

/** Every `Tag: value`, one to a line; only `<text>…</text>` goes over several, and what is in it is no tag. */
function* tagsOf(content: string): Generator<{ tag: string; value: string }> {
  const line = /^[ \t]*(?:\uFEFF)?([A-Za-z][A-Za-z0-9]*):[ \t]*(.*)$/gm;
  for (let match = line.exec(content); match !== null; match = line.exec(content)) {
    const [, tag = '', value = ''] = match;
    if (!value.startsWith('<text>')) {
      yield { tag, value: value.trim() };
      continue;
    }
    const end = content.indexOf('</text>', match.index);
    line.lastIndex = end === -1 ? content.length : end;
    const start = match.index + match[0].indexOf('<text>') + '<text>'.length;
    yield { tag, value: content.slice(start, line.lastIndex).trim() };
  }
}
